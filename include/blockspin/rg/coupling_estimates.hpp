#pragma once
// The likeliest couplings of an ensemble from its sums, their errors, and whether they explain it.

#include <cstddef>
#include <vector>

#include "blockspin/rg/ensemble_slopes.hpp"

namespace blockspin::rg {

/// NaN where the data do not fix the couplings (spins in order, are_measurable()), and errors where there is one
/// bin only.
struct CouplingEstimates {
  /// [coupling sought]. Errors by the sandwich formula J^-1 B J^-1, B the covariance of the bins' slopes: spins
  /// of a configuration depend on each other, and so do configurations within a bin.
  std::vector<double> mean, error;
  /// [entry beyond those sought]: <product of spins> as measured less <the product with one of its spins replaced
  /// by tanh h>, h the field of the likeliest couplings on it. 0 where they are those of the ensemble, whatever the
  /// entry (Callen, Phys. Lett. 4, 161, 1963). The last is (s - tanh h) times the mean of all other spins. Errors
  /// count that the couplings were found from the same data.
  std::vector<double> residual, residual_error;
  /// Hotelling's T^2 of all residuals: D' V^-1 D, V their covariance from n bins. Of p residuals it is on average
  /// p (n - 1) / (n - p - 2) where the couplings explain the ensemble, that is p for many bins. NaN where n <= p + 2
  /// or V is singular, as where too few spins ever turn.
  double chi_squared = 0;
  std::size_t degrees_of_freedom = 0; ///< p
  double p_value = 1;                 ///< the chance of so large a chi_squared, by the F distribution
  std::size_t n_bins = 0;
  /// Longest integrated autocorrelation time of the bins' slopes, in bins; 1/2 where it is not beyond chance, NaN where
  /// there is nothing to compare. Errors are too small by sqrt(2 tau) where it is more.
  double tau_in_bins = 0;
};

/// From the sums of all bins at one point that is close to the couplings. `largest`: EnsembleSlopes::largest().
/// Local; the same bits from the same sums.
CouplingEstimates estimate_couplings(const CouplingSetup& setup, const CouplingBins& bins,
                                     std::span<const double> largest);

/// All NaN: of data that do not fix them.
CouplingEstimates unknown_couplings(const CouplingSetup& setup, std::size_t n_tested);

/// The likeliest couplings [coupling sought]; empty where the sums do not fix them. Local.
std::vector<double> likeliest(const CouplingSetup& setup, const CouplingSums& total);
CouplingSums total_of(const CouplingBins& bins);

} // namespace blockspin::rg
