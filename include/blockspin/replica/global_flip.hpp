#pragma once
// Whole lattices turned over, v -> -v: the move between the two wells of a lattice in a field.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/replica/exchange_rule.hpp"
#include "blockspin/replica/ladder_setup.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::replica {

/// Heat bath on a configuration v and its opposite -v, whose bonds are the same: v turns over with
/// probability 1 / (1 + exp(2 h M / T)), M its magnetisation, so that the sign of M is drawn afresh
/// from its exact distribution given |M|. Below T_c local updates alone cross between the wells once
/// in exp(L) sweeps. Decisions are addressed by sweep and place. Local.
class GlobalFlip {
public:
  /// The setup's field must not be 0.
  explicit GlobalFlip(const LadderSetup& setup);

  /// Whether a configuration with so many up spins turns over in sweep number `sweep`. `place` tells
  /// configurations of one sweep apart.
  bool turns(std::size_t temperature, std::uint64_t up, std::uint64_t sweep, std::uint64_t place) const;
  /// The same for 64 configurations at places first_place ... + 63: bit b tells whether b turns over.
  std::uint64_t turned(std::size_t temperature, std::span<const Reading, 64> readings, std::uint64_t sweep,
                       std::uint64_t first_place) const;

private:
  /// What the first byte of a random number says of a configuration with n spins along the field:
  /// n <= sure[byte] turns over, n > perhaps[byte] does not, in between all bits decide.
  struct Limits {
    std::int64_t sure[256], perhaps[256];
  };
  Limits limits(double temperature) const;
  /// Spins along the field.
  std::int64_t along(std::uint64_t up) const;
  /// The probability as a 64-bit fraction; falls with the spins along the field.
  std::uint64_t threshold(double temperature, std::int64_t n_along) const;
  /// The most spins along the field at which the threshold is `least` or more; -1 where it never is.
  std::int64_t most_along(double temperature, std::uint64_t least) const;

  std::int64_t n_sites_;
  double field_;
  std::vector<double> temperatures_;
  rng::Generator random_;
  std::vector<Limits> limits_;          ///< [temperature]
  std::vector<std::int64_t> last_turn_; ///< [temperature]: with more spins along the field none turns over
};

} // namespace blockspin::replica
