#include "blockspin/rg/coupling_estimates.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "blockspin/base/packed.hpp"
#include "blockspin/petsc/dense.hpp"
#include "blockspin/rg/hotelling.hpp"
#include "blockspin/stats/autocorrelation.hpp"

namespace blockspin::rg {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Configurations of each bin, group after group.
std::vector<double> sizes_of(const CouplingSetup& setup, const CouplingBins& bins) {
  const BinShape shape = bin_shape(setup.n_ladders, groups_of(setup.n_configurations, setup.n_ladders));
  std::vector<double> sizes(bins.size() * bins.front().size(), 0.0);
  for (std::uint64_t c = 0; c < setup.n_configurations; ++c)
    sizes[c % setup.n_ladders % shape.n_groups * bins.front().size() + c / setup.n_ladders / shape.width] +=
        1;
  return sizes;
}

/// Slopes at the couplings, [bin, entry].
Array<double, 2> slopes_of(const CouplingBins& bins, std::span<const double> couplings) {
  const std::size_t n_entries = bins.front().front().n_operators();
  Array<double, 2> slopes({bins.size() * bins.front().size(), n_entries});
  std::size_t row = 0;
  for (const auto& group : bins)
    for (const CouplingSums& bin : group) {
      for (std::size_t a = 0; a < n_entries; ++a) slopes(row, a) = bin.slope(0, a, couplings);
      ++row;
    }
  return slopes;
}

/// J^-1 of the couplings sought, applied to the bins' slopes, [fitted, bin], and to J of each entry beyond them,
/// [fitted, entry]. J is positive, since the couplings were found from it.
struct Solved {
  Array<double, 2> influence, answer;
};
Solved solve_for(const CouplingSums& total, const Array<double, 2>& slopes, std::size_t n_fitted) {
  const std::size_t n_bins = slopes.extent(0), n_tested = slopes.extent(1) - n_fitted;
  Array<double, 2> j({n_fitted, n_fitted}), right({n_fitted, n_bins + n_tested});
  for (std::size_t a = 0; a < n_fitted; ++a) {
    for (std::size_t b = 0; b < n_fitted; ++b) j(a, b) = total.information(0, a, b);
    for (std::size_t bin = 0; bin < n_bins; ++bin) right(a, bin) = slopes(bin, a);
    for (std::size_t c = 0; c < n_tested; ++c) right(a, n_bins + c) = total.information(0, n_fitted + c, a);
  }
  const auto x = petsc::solve_positive(j, right);
  require(x.has_value(), "couplings were found from a matrix that is not positive");
  Solved solved{Array<double, 2>({n_fitted, n_bins}), Array<double, 2>({n_fitted, n_tested})};
  for (std::size_t a = 0; a < n_fitted; ++a) {
    std::copy_n(x->row(a).begin(), n_bins, solved.influence.row(a).begin());
    std::copy_n(x->row(a).begin() + static_cast<std::ptrdiff_t>(n_bins), n_tested,
                solved.answer.row(a).begin());
  }
  return solved;
}

/// What each bin adds to each residual, the couplings' own answer to that bin included: [bin, tested]. Bins of no
/// configurations add 0.
Array<double, 2> shares_of(const Array<double, 2>& slopes, const Array<double, 2>& answer,
                           std::span<const double> norm) {
  const std::size_t n_fitted = answer.extent(0), n_tested = answer.extent(1);
  Array<double, 2> shares({slopes.extent(0), n_tested});
  for (std::size_t bin = 0; bin < slopes.extent(0); ++bin)
    for (std::size_t c = 0; c < n_tested; ++c) {
      double share = slopes(bin, n_fitted + c);
      for (std::size_t a = 0; a < n_fitted; ++a) share -= answer(a, c) * slopes(bin, a);
      shares(bin, c) = share / norm[n_fitted + c];
    }
  return shares;
}

std::vector<double> column_sums(const Array<double, 2>& table) {
  std::vector<double> sums(table.extent(1), 0.0);
  for (std::size_t row = 0; row < table.extent(0); ++row)
    for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += table(row, c);
  return sums;
}

/// Covariance of the sums of the shares: each bin's is held against its part of the sum. n: bins in use.
Array<double, 2> covariance_of(const Array<double, 2>& shares, std::span<const double> sums,
                               std::span<const double> sizes, double n) {
  const double all = std::accumulate(sizes.begin(), sizes.end(), 0.0);
  Array<double, 2> covariance({sums.size(), sums.size()});
  for (std::size_t bin = 0; bin < sizes.size(); ++bin)
    for (std::size_t c = 0; c < sums.size(); ++c)
      for (std::size_t d = 0; d < sums.size(); ++d)
        covariance(c, d) += (shares(bin, c) - sums[c] * sizes[bin] / all) *
                            (shares(bin, d) - sums[d] * sizes[bin] / all) * n / (n - 1);
  return covariance;
}

/// The longest of the slopes of the couplings sought, by bins of the ladders' whole lengths.
double longest_tau(const CouplingBins& bins, const Array<double, 2>& slopes, std::size_t n_fitted,
                   std::span<const double> sizes) {
  const std::size_t n_groups = bins.size(), n_times = bins.front().size();
  std::size_t length = n_times;
  while (length > 1 && sizes[length - 1] < sizes.front()) --length;
  if (length < 2) return unknown;
  double longest = 0.5;
  for (std::size_t a = 0; a < n_fitted; ++a) {
    Array<double, 2> series({n_groups, length});
    for (std::size_t g = 0; g < n_groups; ++g)
      for (std::size_t t = 0; t < length; ++t) series(g, t) = slopes(g * n_times + t, a);
    longest = std::max(longest, stats::tau_beyond_chance(series));
  }
  return longest;
}

} // namespace

CouplingEstimates unknown_couplings(const CouplingSetup& setup, std::size_t n_tested) {
  CouplingEstimates found;
  found.mean.assign(setup.n_fitted(), unknown);
  found.error = found.mean;
  found.residual.assign(n_tested, unknown);
  found.residual_error = found.residual;
  found.chi_squared = found.p_value = found.tau_in_bins = unknown;
  found.degrees_of_freedom = n_tested;
  return found;
}

CouplingSums total_of(const CouplingBins& bins) {
  CouplingSums total(0, bins.front().front().n_operators());
  for (const auto& group : bins)
    for (const CouplingSums& bin : group) total.merge(bin);
  return total;
}

std::vector<double> likeliest(const CouplingSetup& setup, const CouplingSums& total) {
  std::vector<std::size_t> fitted(setup.n_fitted());
  std::iota(fitted.begin(), fitted.end(), std::size_t{0});
  std::vector<double> couplings = total.couplings(0, fitted);
  couplings.resize(couplings.empty() ? 0 : setup.n_fitted());
  return couplings;
}

CouplingEstimates estimate_couplings(const CouplingSetup& setup, const CouplingBins& bins,
                                     std::span<const double> largest) {
  const std::size_t n_fitted = setup.n_fitted(), n_tested = largest.size() - n_fitted;
  const std::vector<double> sizes = sizes_of(setup, bins);
  const auto n = static_cast<double>(std::ranges::count_if(sizes, [](double size) { return size > 0; }));
  const CouplingSums total = total_of(bins);
  CouplingEstimates found = unknown_couplings(setup, n_tested);
  found.n_bins = static_cast<std::size_t>(n);
  const std::vector<double> couplings = likeliest(setup, total);
  if (couplings.empty() || !are_measurable(couplings)) return found;
  found.mean = couplings;
  const Array<double, 2> slopes = slopes_of(bins, couplings);
  const Solved solved = solve_for(total, slopes, n_fitted);
  const double n_spins = static_cast<double>(setup.n_configurations) *
                         static_cast<double>(ising::RowLattice(setup.extents).n_sites());
  std::vector<double> norm(largest.begin(), largest.end());
  for (double& x : norm) x *= n_spins;
  const Array<double, 2> shares = shares_of(slopes, solved.answer, norm);
  found.residual = column_sums(shares);
  found.tau_in_bins = longest_tau(bins, slopes, n_fitted, sizes);
  if (n < 2) return found;
  for (std::size_t a = 0; a < n_fitted; ++a) {
    double sum = 0;
    for (const double x : solved.influence.row(a)) sum += x * x;
    found.error[a] = std::sqrt(sum * n / (n - 1));
  }
  const Array<double, 2> covariance = covariance_of(shares, found.residual, sizes, n);
  for (std::size_t c = 0; c < n_tested; ++c) found.residual_error[c] = std::sqrt(covariance(c, c));
  const Hotelling judged = hotelling(found.residual, covariance, n);
  found.chi_squared = judged.t_squared;
  found.p_value = judged.p_value;
  return found;
}

} // namespace blockspin::rg
