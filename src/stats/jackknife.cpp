#include "blockspin/stats/jackknife.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "blockspin/base/error.hpp"

namespace blockspin::stats {

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
