#include "hasher.hpp"

#include <array>
#include <cstdio>

namespace blockspin::archive {

void Hasher::add(const std::vector<std::uint64_t>& values) {
  const std::uint64_t n = values.size();
  add(&n, sizeof n);
  add(values.data(), n * sizeof(std::uint64_t));
}

std::string Hasher::digits() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(state_);
  std::array<char, 33> text{};
  std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return text.data();
}

} // namespace blockspin::archive
