#pragma once
// Tests of hypotheses: statistic and p-value. A p-value is the chance of a statistic at least this bad when
// the hypothesis is true.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace blockspin::stats {

struct TestResult {
  double statistic = 0;
  double p_value = 1;
  double degrees_of_freedom = 0; ///< chi-square only
};

/// Pearson's chi-square of observed counts against probabilities that sum to one. Neighbouring
/// cells are pooled, in order, until each expects at least `min_expected`. A count where the
/// probability is 0 gives p = 0.
TestResult chi_square(std::span<const std::uint64_t> observed, std::span<const double> probability,
                      double min_expected = 5);

/// Kolmogorov-Smirnov of independent values against a continuous distribution (asymptotic, with Stephens'
/// correction for small n).
TestResult kolmogorov_smirnov(std::vector<double> values, const std::function<double(double)>& distribution);

/// Chi-square of independent standard normal deviates ("pulls", in sigma): sum of squares,
/// as many degrees of freedom.
TestResult normal_pulls(std::span<const double> pulls);

/// Two-sided chance of a normal deviate beyond |sigma|.
double two_sided_p(double sigma);
/// The |sigma| with that two-sided chance.
double sigma_of(double p_value);
/// Upper tail of the chi-square distribution.
double chi_square_tail(double statistic, double degrees_of_freedom);
/// Upper tail of the F distribution, of two mean squares with so many degrees of freedom, all above 0.
double f_tail(double statistic, double degrees_above, double degrees_below);
/// One p-value for several independent ones, by the smallest: 1 - (1 - min)^n.
double smallest_of(std::span<const double> p_values);

} // namespace blockspin::stats
