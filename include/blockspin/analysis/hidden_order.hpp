#pragma once
// The hidden units of one layer as block spins: do neighbours agree, and do all.

#include <span>
#include <vector>

#include "blockspin/analysis/receptive_field.hpp"

namespace blockspin::analysis {

/// Hidden states read as block spins: each turned by the sign of its field, so that +1 means the lattice is
/// up where the unit looks. Units with no weights take no part.
class HiddenOrder {
public:
  /// Each unit's neighbour is the unit whose field's centre is nearest.
  HiddenOrder(const lattice::Geometry& geometry, const FieldShapes& shapes);

  struct Values {
    double abs_magnetization = 0;     ///< |mean of all block spins|
    double neighbour_correlation = 0; ///< mean over units of s s' with its nearest unit
    double pair_correlation = 0;      ///< mean of s s' over all pairs of different units
  };
  /// hidden: one configuration's hidden spins, in [-1, 1]. Local. Correlations are NaN
  /// where fewer than two units live, the magnetisation where none does.
  Values measure(std::span<const float> hidden) const;

private:
  struct Unit {
    std::size_t index, nearest;
    double sign;
  };
  std::vector<Unit> units_; ///< living units; `nearest` is a place in this list
};

} // namespace blockspin::analysis
