#pragma once
// Integrated autocorrelation times and the standard errors that follow (the Gamma method).

#include <span>

#include "blockspin/base/array.hpp"

namespace blockspin::stats {

/// A mean, its standard error with autocorrelation, and the integrated autocorrelation time in units of the
/// samples' spacing: tau = 1/2 + sum_{t>=1} rho(t), 1/2 for independent samples.
struct MeanEstimate {
  double mean = 0;
  double error = 0;
  double tau = 0.5;
  double tau_error = 0;
  std::size_t window = 0; ///< lags summed; 0 where the error came from the chains' means
};

/// Gamma method of Wolff (Comput. Phys. Commun. 156, 143, 2004; erratum 176, 383) over independent chains of
/// equal length, shape [chain, time]: Gamma(t) pooled over chains about the common mean, his automatic window
/// (S = 1.5), his bias correction. Where the window would pass a quarter of a chain's length and there are at
/// least 16 chains, the error is that of the chains' means and tau follows from it; with fewer chains tau is
/// then a lower bound. A constant series has error 0 and tau 1/2. Deterministic and local. Throws
/// ErrorKind::numerical on an empty series or a value that is not finite.
MeanEstimate gamma_analysis(View<const double, 2> series);

/// The same of values kept in turn from n_chains independent chains: value i is of chain i % n_chains, as a
/// sample's kept configurations are. The mean is of all values; the error leaves out what is left over by
/// n_chains, and counts it again by its number.
MeanEstimate gamma_analysis_in_turn(std::span<const double> values, std::size_t n_chains);

} // namespace blockspin::stats
