#pragma once
// When two neighbouring temperatures of a ladder exchange their configurations.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/lattice/geometry.hpp"
#include "blockspin/replica/byte_thresholds.hpp"

namespace blockspin::replica {

/// Antiparallel bonds and up spins of a configuration: all that its energy in any field depends on.
struct Reading {
  std::uint64_t antiparallel = 0;
  std::uint64_t up = 0;
};

/// The Metropolis rule of replica exchange (Hukushima & Nemoto 1996): temperatures i and i + 1 exchange with
/// probability min(1, exp((1/T_i - 1/T_{i+1}) (E_i - E_{i+1}))). Local.
class ExchangeRule {
public:
  /// Temperatures finite, above 0, increasing.
  ExchangeRule(const lattice::Geometry& geometry, std::span<const double> temperatures, double field);

  /// Whether configurations with these readings at `pair` and `pair` + 1 exchange, given 64 random bits.
  bool accepts(std::size_t pair, const Reading& lower, const Reading& upper, std::uint64_t random) const;

  /// The same for 64 ladders at once: bit b tells whether ladder b exchanges.
  std::uint64_t accepted(std::size_t pair, std::span<const Reading, 64> lower,
                         std::span<const Reading, 64> upper, std::span<const std::uint64_t, 64> random) const;

  /// The part of accepts() that the first byte of `random` settles, where the field is 0.
  ByteThresholds byte_thresholds(std::size_t pair) const;

private:
  struct Pair {
    double inverse_difference;            ///< 1/T_i - 1/T_{i+1}
    std::vector<std::uint64_t> threshold; ///< of energy differences 2, 4, ... against the exchange, field 0
    bool is_complete;                     ///< whether the table covers every difference
  };
  std::vector<Pair> pairs_;
  double field_;
};

} // namespace blockspin::replica
