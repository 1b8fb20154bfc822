#pragma once
// Where the replicas of 64 ladders are, at one temperature: who is there, and which end each saw last.

#include <array>
#include <cstdint>
#include <span>

namespace blockspin::replica {

/// The 64 replicas now at one temperature of 64 ladders; bit b and element b belong to ladder b. Local.
struct Travellers {
  std::uint64_t from_lowest = 0;           ///< last end seen was the lowest temperature
  std::uint64_t from_highest = 0;          ///< ... the highest, after the lowest
  std::array<std::uint32_t, 64> replica{}; ///< temperature index each started at
  std::array<std::uint32_t, 64> round_trips{};

  static constexpr std::size_t n_words = 66;
  void write(std::span<std::uint64_t, n_words> words) const;
  void read(std::span<const std::uint64_t, n_words> words);
};

/// Exchanges the ladders set in `mask`.
void exchange(Travellers& a, Travellers& b, std::uint64_t mask);
/// Notes that the 64 replicas are at the lowest (highest) temperature now.
void arrive_lowest(Travellers& travellers);
void arrive_highest(Travellers& travellers);

} // namespace blockspin::replica
