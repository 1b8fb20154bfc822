#include "blockspin/base/slab.hpp"

#include <functional>
#include <numeric>
#include <utility>

namespace blockspin {

namespace {
std::uint64_t product(const std::vector<std::uint64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::uint64_t{1}, std::multiplies<>());
}
} // namespace

std::size_t element_bytes(ElementType type) {
  switch (type) {
  case ElementType::u8: return 1;
  case ElementType::i32:
  case ElementType::u32:
  case ElementType::f32: return 4;
  case ElementType::i64:
  case ElementType::u64:
  case ElementType::f64: return 8;
  }
  return 0;
}

Slab Slab::whole(std::vector<std::uint64_t> extent) {
  Slab slab{extent, std::vector<std::uint64_t>(extent.size(), 0), extent};
  return slab;
}

Slab Slab::none(std::vector<std::uint64_t> extent) {
  const std::vector<std::uint64_t> zeros(extent.size(), 0);
  return {std::move(extent), zeros, zeros};
}

Slab Slab::rows(std::vector<std::uint64_t> extent, std::uint64_t first, std::uint64_t n) {
  Slab slab = whole(std::move(extent));
  slab.offset[0] = n > 0 ? first : 0;
  slab.count[0] = n;
  return slab;
}

std::uint64_t Slab::n_local() const { return product(count); }
std::uint64_t Slab::n_global() const { return product(extent); }

} // namespace blockspin
