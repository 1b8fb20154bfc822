#pragma once
// What the singular vectors of a weight matrix look like on the lattice: waves, or single sites.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/analysis/spectrum.hpp"
#include "blockspin/base/array.hpp"
#include "blockspin/base/state.hpp"
#include "blockspin/lattice/geometry.hpp"

namespace blockspin::analysis {

/// A hidden unit whose largest weight has more than this share of its squared weights copies one site.
inline constexpr double copy_share = 0.5;

struct WeightPatterns {
  /// [k, q]: |<q|l_k>|^2, the part of left vector l_k in the plane wave exp(2 pi i q x/L)/sqrt(N); q numbered
  /// as the sites are, entry q_a of axis a counts turns along it. Rows sum to 1.
  Array<double, 2> fourier_power;
  /// [k]: 1/sum_x l_k(x)^4: N for a vector spread evenly over N sites, 1 for a single site.
  std::vector<double> participation;
  /// [r]: mean over sites x of (W W^T)(x, x + r), the displacement r numbered as the sites are.
  std::vector<double> product_by_displacement;
  /// [hidden]: largest w^2 over the sum of all w^2 of the unit; NaN for a unit without weights.
  std::vector<double> largest_share;
  std::uint64_t n_copies = 0; ///< units that copy one site
};

/// `spectrum` is that of `weights` [site, hidden]. The mean of W W^T over translations is the Fourier
/// transform of sum_k s_k^2 |<q|l_k>|^2 (Wiener & Khinchin). Passes `safe_point` for each vector. Local.
WeightPatterns weight_patterns(const lattice::Geometry& geometry, const Spectrum& spectrum,
                               View<const double, 2> weights, const SafePoint& safe_point = {});

} // namespace blockspin::analysis
