#pragma once
// Integrated autocorrelation times and the standard errors that follow (the Gamma method).

#include <span>

#include "blockspin/base/array.hpp"

namespace blockspin::stats {

/// A mean, its standard error with autocorrelation, and the integrated autocorrelation time in units
/// of the samples' spacing: tau = 1/2 + sum_{t>=1} rho(t), 1/2 for independent samples.
struct MeanEstimate {
  double mean = 0;
  double error = 0;
  double tau = 0.5;
  double tau_error = 0;
  std::size_t window = 0; ///< lags summed; 0 where the error came from the chains' means
  double one_event = 0;   ///< the part of the error that stands for one event more than was seen
  /// The chance that independent chains' means scatter as these do: near 0 where chains are stuck in
  /// different places; 1 for a single chain, and for chains too short to tell.
  double chains_agree = 1;
  /// Several chains of less than four autocorrelation times, as far as their scatter tells: they may be stuck, or
  /// short and right. The error is that of their scatter.
  bool too_short = false;
  bool is_bound = false; ///< nothing varied, and the error is an upper bound that the caller has set

  /// How many events of that size make the error; infinite where one does not count.
  double n_events() const { return error * error / (one_event * one_event) - 1; }
};

/// Gamma method of Wolff (Comput. Phys. Commun. 156, 143, 2004; erratum 176, 383) over independent
/// chains of equal length, shape [chain, time]: Gamma(t) pooled over chains about the common mean, his
/// automatic window (S = 1.5), his bias correction. A series that alternates (neighbours
/// anticorrelated, or less correlated than next neighbours) is averaged in pairs until it does not, as
/// its first terms cancel; at the shortest its samples count as independent. Where the window would
/// pass a quarter of a chain's length and there are at least 16 chains, or where chains' means scatter
/// more than a chance of 1e-3 allows, the error is that of their scatter and tau follows from it; one
/// to 15 chains too short for their window give a lower bound of tau.
/// Few events: of a sum of k rare events the variance is estimated as k, and known as badly. So
/// error^2 = variance + one_event^2, the size of an event being the third moment of the sums over a
/// window over their second: k + 1 for k equal events (the mean squared pull is then 1 + 1/lambda for
/// lambda >> 1 events expected, at most 1.15, and below 1 for lambda < 2), and next to nothing for a
/// series without skewness. A series in which nothing varied, or of one sample, has error NaN and tau 1/2:
/// what it holds is no measure of what may happen. Deterministic and local. Throws ErrorKind::numerical
/// on an empty series or a value that is not finite.
MeanEstimate gamma_analysis(View<const double, 2> series);

/// tau of gamma_analysis(series) where it is beyond what chance gives independent samples, else 1/2: five standard
/// deviations of a sum over the window's lags, or of the chains' scatter. Few samples, such as a run's bins, give tau
/// above 1 by chance. NaN for fewer than two samples. Local; throws as gamma_analysis().
double tau_beyond_chance(View<const double, 2> series);

/// gamma_analysis() of values kept in turn from n_chains independent chains: value i is of chain i % n_chains, as a
/// sample's kept configurations are. The mean is of all values; the error leaves out what is left over by
/// n_chains, and counts it again by its number.
MeanEstimate gamma_analysis_in_turn(std::span<const double> values, std::size_t n_chains);

} // namespace blockspin::stats
