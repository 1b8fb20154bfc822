#include "blockspin/replica/travellers.hpp"

#include <bit>
#include <utility>

#include "exchange_kernels.hpp"

namespace blockspin::replica {

namespace {

void exchange_bits(std::uint64_t& a, std::uint64_t& b, std::uint64_t mask) {
  const std::uint64_t difference = (a ^ b) & mask;
  a ^= difference;
  b ^= difference;
}

template <class Action>
void for_each_bit(std::uint64_t mask, Action&& action) {
  for (; mask != 0; mask &= mask - 1) action(static_cast<std::size_t>(std::countr_zero(mask)));
}

} // namespace

void Travellers::write(std::span<std::uint64_t, n_words> words) const {
  words[0] = from_lowest;
  words[1] = from_highest;
  for (std::size_t b = 0; b < 64; ++b) words[2 + b] = std::uint64_t{round_trips[b]} << 32 | replica[b];
}

void Travellers::read(std::span<const std::uint64_t, n_words> words) {
  from_lowest = words[0];
  from_highest = words[1];
  for (std::size_t b = 0; b < 64; ++b) {
    replica[b] = static_cast<std::uint32_t>(words[2 + b]);
    round_trips[b] = static_cast<std::uint32_t>(words[2 + b] >> 32);
  }
}

void exchange(Travellers& a, Travellers& b, std::uint64_t mask) {
  exchange_bits(a.from_lowest, b.from_lowest, mask);
  exchange_bits(a.from_highest, b.from_highest, mask);
  static const ExchangeKernels& kernels = exchange_kernels(rng::best_instruction_set());
  kernels.swap(a.replica.data(), b.replica.data(), mask);
  kernels.swap(a.round_trips.data(), b.round_trips.data(), mask);
}

void arrive_lowest(Travellers& t) {
  for_each_bit(t.from_highest, [&](std::size_t ladder) { ++t.round_trips[ladder]; });
  t.from_highest = 0;
  t.from_lowest = ~std::uint64_t{0};
}

void arrive_highest(Travellers& t) {
  t.from_highest |= t.from_lowest;
  t.from_lowest = 0;
}

} // namespace blockspin::replica
