#include "blockspin/stats/jackknife.hpp"

#include <cmath>

#include "blockspin/base/error.hpp"

namespace blockspin::stats {

std::vector<JackknifeEstimate> jackknife(std::span<const double> size, const LeaveOut& f) {
  require(size.size() >= 2, "a jackknife needs at least two bins");
  double total = 0;
  for (const double n : size) total += n;
  const std::vector<double> plain = f({});
  std::vector<std::vector<double>> shifts; // [bin][function]: by leaving the bin out
  std::vector<double> bias(plain.size(), 0.0);
  for (std::size_t bin = 0; bin < size.size(); ++bin) {
    shifts.push_back(f(bin));
    for (std::size_t i = 0; i < plain.size(); ++i) {
      shifts[bin][i] -= plain[i];
      bias[i] += (1 - size[bin] / total) * shifts[bin][i];
    }
  }
  std::vector<JackknifeEstimate> estimates;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    double variance = 0;
    for (std::size_t bin = 0; bin < size.size(); ++bin) {
      const double others = total / size[bin] - 1; // of the data, in units of the bin
      const double pseudo = bias[i] - others * shifts[bin][i];
      variance += pseudo * pseudo / others / static_cast<double>(size.size());
    }
    estimates.push_back({plain[i] - bias[i], plain[i], std::sqrt(variance)});
  }
  return estimates;
}

// Not by the one above, whose sums round otherwise: errors in archives keep their last bits.
JackknifeEstimate jackknife(View<const double, 2> bin_means,
                            const std::function<double(std::span<const double>)>& f) {
  const std::size_t n_bins = bin_means.extent(0), n_quantities = bin_means.extent(1);
  require(n_bins >= 2, "a jackknife needs at least two bins");
  std::vector<double> sum(n_quantities, 0.0), means(n_quantities);
  for (std::size_t bin = 0; bin < n_bins; ++bin)
    for (std::size_t q = 0; q < n_quantities; ++q) sum[q] += bin_means(bin, q);
  const double n = static_cast<double>(n_bins);
  for (std::size_t q = 0; q < n_quantities; ++q) means[q] = sum[q] / n;
  const double plain = f(means);

  double mean_shift = 0, squares = 0;
  std::vector<double> shift(n_bins);
  for (std::size_t bin = 0; bin < n_bins; ++bin) {
    for (std::size_t q = 0; q < n_quantities; ++q) means[q] = (sum[q] - bin_means(bin, q)) / (n - 1);
    shift[bin] = f(means) - plain;
    mean_shift += shift[bin] / n;
  }
  for (const double s : shift) squares += (s - mean_shift) * (s - mean_shift);
  return {plain - (n - 1) * mean_shift, plain, std::sqrt((n - 1) / n * squares)};
}

} // namespace blockspin::stats
