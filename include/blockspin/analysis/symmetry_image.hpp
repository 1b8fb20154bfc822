#pragma once
// Images of configurations under the symmetries of a periodic lattice: as probable as the originals.

#include <cstdint>
#include <span>

#include "blockspin/lattice/geometry.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::analysis {

/// A random translation, and (in zero field) a random global flip, of configuration number `item` in round
/// `round`: words (round, 4 item ...) of the generator, so every image can be asked for on its own. Local.
class SymmetryImages {
public:
  SymmetryImages(const lattice::Geometry& geometry, bool flip, const rng::Generator& generator)
      : geometry_(geometry), flip_(flip), generator_(generator) {}

  /// image[site] = sign * spins[site + shift]; both of n_sites values.
  void apply(std::uint64_t round, std::uint64_t item, std::span<const float> spins,
             std::span<float> image) const;

private:
  lattice::Geometry geometry_;
  bool flip_;
  rng::Generator generator_;
};

} // namespace blockspin::analysis
