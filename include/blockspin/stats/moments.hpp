#pragma once
// Exact sums of integer samples: no rounding, so the order of adding, merging and
// dividing over ranks cannot matter.

#include <cstdint>
#include <span>

namespace blockspin::stats {

__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

/// A sum of non-negative 128-bit terms in 192 bits: fourth powers of magnetisations up to 2^32, 2^64 of them.
class WideSum {
public:
  void add(UInt128 term);
  void add(const WideSum& other);
  /// The sum as a number, rounded once.
  long double value() const;
  bool operator==(const WideSum&) const = default;

  UInt128 low = 0;
  std::uint64_t high = 0;
};

/// Exact moment sums of samples of an integer energy and an integer magnetisation (|E| up to 2^34, |M| up to
/// 2^32, up to 2^58 samples). Local; merge in any order.
struct MomentSums {
  std::uint64_t n = 0;
  Int128 energy = 0, energy_squared = 0;
  Int128 magnetization = 0, abs_magnetization = 0, magnetization_squared = 0;
  Int128 energy_magnetization = 0;
  WideSum magnetization_fourth;

  void add(std::int64_t sample_energy, std::int64_t sample_magnetization);
  /// The same of samples in pairs, faster where they are small numbers.
  void add(std::span<const std::int64_t> energies, std::span<const std::int64_t> magnetizations);
  void merge(const MomentSums& other);
  bool operator==(const MomentSums&) const = default;
};

} // namespace blockspin::stats
