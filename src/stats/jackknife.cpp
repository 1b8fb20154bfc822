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

Array<double, 2> bin_means(View<const double, 3> samples, std::size_t bin_length) {
  require(bin_length >= 1 && bin_length <= samples.extent(1), "a bin must fit into a chain");
  const std::size_t n_chains = samples.extent(0), n_quantities = samples.extent(2);
  const std::size_t per_chain = samples.extent(1) / bin_length;
  const std::size_t skip = samples.extent(1) - per_chain * bin_length;
  Array<double, 2> means({n_chains * per_chain, n_quantities});
  for (std::size_t chain = 0; chain < n_chains; ++chain)
    for (std::size_t s = 0; s < per_chain * bin_length; ++s)
      for (std::size_t q = 0; q < n_quantities; ++q)
        means(chain * per_chain + s / bin_length, q) +=
            samples(chain, skip + s, q) / static_cast<double>(bin_length);
  return means;
}

std::size_t bin_length_for(double tau, std::size_t time) {
  return std::clamp<std::size_t>(static_cast<std::size_t>(std::ceil(10 * tau)), 1,
                                 std::max<std::size_t>(time, 1));
}

} // namespace blockspin::stats
