#pragma once
// What a Monte Carlo renormalization run tells, with errors: exponents and the normal of the critical
// manifold. Couplings of each level, and their response, are of a place (stability.hpp).

#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/rg/level_bins.hpp"
#include "blockspin/rg/level_operators.hpp"

namespace blockspin::rg {

/// Estimates and standard errors; NaN where the data cannot tell.
struct EstimateTable {
  Array<double, 2> mean, error;
};

/// Of the operators of one parity. A step is n = 1, 2, ...: from level n - 1 to n; row n - 1 of each table.
struct ParityEstimates {
  /// [step, k - 1]: y from the leading eigenvalue of dK^(n)/dK^(n-1) with the first k operators, of which
  /// those that level n cannot tell from others add nothing. NaN where the eigenvalue is not real and
  /// positive; its error is NaN where that is so without one of the bins.
  EstimateTable exponent;
  EstimateTable eigenvalue, eigenvalue_imaginary; ///< [step, k - 1]: that eigenvalue, whatever it is
  EstimateTable normal;                           ///< [step, operator], the first is 1
  Array<std::uint8_t, 2> independent; ///< [level, operator]: 1 where ising::independent_operators() says so
};

struct McrgEstimates {
  ParityEstimates even, odd;
  /// [level, operator], even ones, level 0 first: couplings by maximum pseudo-likelihood (coupling_sums.hpp).
  /// NaN for operators that the level cannot tell from those before.
  EstimateTable coupling;
  /// [step, operator]: K* of the map from level n - 1 to n, made linear (linear_fixed_point()).
  EstimateTable fixed_point;
  std::uint64_t n_configurations = 0;
  std::size_t n_bins = 0;
  /// Integrated autocorrelation time, in bins, of the bins' nearest-neighbour sums and squared
  /// magnetisations, the largest of all levels: 1/2 where it is not beyond chance. Errors are too small by
  /// sqrt(2 tau) where it is more. NaN where groups have a bin each and nothing to compare.
  double tau_in_bins = 0;
};

/// Jackknife over all bins [group][time] of LevelBins. At least two. Deterministic, local.
McrgEstimates estimate(const BlockingSetup& setup, const std::vector<std::vector<LevelMoments>>& bins);

} // namespace blockspin::rg
