#pragma once
// What a layer of given size could keep without any training: the majority of every block, and the leading modes.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/lattice/geometry.hpp"

namespace blockspin::analysis {

/// The baselines of a layer.
enum class Code : std::size_t {
  blocks, ///< majority spins of at most as many blocks as the layer has units: no more bits than it has
  modes   ///< as many of the longest Fourier modes, with their real amplitudes: more than as many bits
};
inline constexpr std::size_t n_codes = 2;

/// Writes a configuration in few numbers and reads it back as spins of +1 and -1. Blocks are boxes of nearly
/// equal sides; a block whose sum is 0 takes the sign of its first spin, which keeps no more than a bit. Modes
/// are real waves in the order of their squared wave number; what they add up to is read by its sign. Local.
class PlainCode {
public:
  /// n_numbers: of the layer's units, from 1; more than there are sites are as many as sites.
  PlainCode(const lattice::Geometry& geometry, Code code, std::size_t n_numbers);

  /// Numbers in the code: blocks may be fewer than asked for.
  std::size_t n_numbers() const { return functions_.extent(0); }
  /// spins: +-1, by site. The same number for every rank.
  std::vector<float> passed(std::span<const float> spins) const;
  /// Blocks and waves as fields of units, [sites, numbers].
  Array<double, 2> fields() const;

private:
  Code code_;
  Array<double, 2> functions_; ///< [number, site], each with sum of squares 1
};

} // namespace blockspin::analysis
