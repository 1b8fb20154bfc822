#include "blockspin/replica/travellers.hpp"

#include <algorithm>
#include <bit>

#include "exchange_kernels.hpp"

namespace blockspin::replica {

namespace {

constexpr int lowest = 0, highest = 1, first_replica_bit = 2; // rows of riders

} // namespace

Travellers::Travellers(std::size_t n_temperatures, mpi::Range words, std::span<const std::uint64_t> active,
                       rng::InstructionSet set)
    : n_t_(n_temperatures), words_(words), active_(active.begin(), active.end()), set_(set),
      first_group_(words.first / n_temperatures), ends_(active_.size() / 8) {
  for (std::uint64_t word = words.first; word < words.last; ++word) {
    const End end{static_cast<std::uint32_t>(word % 8), word % n_t_ == 0, word / n_t_ - first_group_};
    if (end.is_lowest || word % n_t_ + 1 == n_t_) ends_[(word - words.first) / 8].push_back(end);
  }
  reset();
}

int Travellers::n_riders(std::size_t n_temperatures) {
  return first_replica_bit + std::bit_width(n_temperatures - 1);
}

void Travellers::start(std::size_t vector, ising::Lanes& lanes) const {
  for (int row = 0; row < lanes.n_riders(); ++row)
    for (std::size_t w = 0; w < 8; ++w) {
      const std::uint64_t t = (words_.first + 8 * vector + w) % n_t_;
      const bool set = row >= first_replica_bit && (t >> (row - first_replica_bit) & 1) != 0;
      lanes.rider(row)[w] = set ? ~std::uint64_t{0} : 0;
    }
}

std::uint32_t Travellers::replica(const ising::Lanes& lanes, std::size_t word, std::size_t bit) {
  std::uint32_t started = 0;
  for (int row = first_replica_bit; row < lanes.n_riders(); ++row)
    started |= static_cast<std::uint32_t>(lanes.rider(row)[word] >> bit & 1) << (row - first_replica_bit);
  return started;
}

void Travellers::arrive(std::size_t vector, ising::Lanes& lanes) {
  const auto low = lanes.rider(lowest), high = lanes.rider(highest);
  for (const End& end : ends_[vector]) {
    const std::size_t w = end.word;
    if (end.is_lowest) {
      for (std::uint64_t home = high[w] & active_[8 * vector + w]; home != 0; home &= home - 1) {
        const auto bit = static_cast<std::size_t>(std::countr_zero(home));
        ++round_trips_[(end.group * n_t_ + replica(lanes, w, bit)) * 64 + bit];
      }
      high[w] = 0;
      low[w] = ~std::uint64_t{0};
    } else {
      high[w] |= low[w];
      low[w] = 0;
    }
  }
  const ExchangeKernels& kernels = exchange_kernels[set_];
  kernels.count(low.data(), &active_[8 * vector], &lowest_[8 * vector]);
  kernels.count(high.data(), &active_[8 * vector], &highest_[8 * vector]);
}

void Travellers::reset() {
  lowest_.assign(active_.size(), 0);
  highest_ = lowest_;
  const std::uint64_t end_group = words_.size() > 0 ? (words_.last - 1) / n_t_ + 1 : first_group_;
  round_trips_.assign(64 * n_t_ * (end_group - first_group_), 0);
}

void Travellers::add_to(std::span<std::uint64_t> from_lowest, std::span<std::uint64_t> from_highest,
                        std::span<std::uint64_t> round_trips) const {
  for (std::size_t i = 0; i < words_.size(); ++i) {
    from_lowest[(words_.first + i) % n_t_] += lowest_[i];
    from_highest[(words_.first + i) % n_t_] += highest_[i];
  }
  const std::uint64_t n_ladders = round_trips.size() / n_t_;
  for (std::size_t i = 0; i < round_trips_.size(); ++i) {
    const std::uint64_t ladder = 64 * (first_group_ + i / 64 / n_t_) + i % 64;
    if (ladder < n_ladders) round_trips[ladder * n_t_ + i / 64 % n_t_] += round_trips_[i];
  }
}

} // namespace blockspin::replica
