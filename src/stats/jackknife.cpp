#include "blockspin/stats/jackknife.hpp"

#include <cmath>

#include "blockspin/base/error.hpp"

namespace blockspin::stats {

namespace {

/// What leaving out each bin tells.
struct LeftOut {
  std::vector<double> plain, bias; ///< [function]
  Array<double, 2> pseudo;    ///< [bin, function]: as independent values would scatter about the estimate
  std::vector<double> others; ///< [bin]: of the data, in units of the bin
};

LeftOut leave_out(std::span<const double> size, const LeaveOut& f) {
  require(size.size() >= 2, "a jackknife needs at least two bins");
  double total = 0;
  for (const double n : size) total += n;
  LeftOut out{f({}), {}, {}, {}};
  const std::size_t n_functions = out.plain.size();
  out.bias.assign(n_functions, 0.0);
  out.pseudo = Array<double, 2>({size.size(), n_functions});
  for (std::size_t bin = 0; bin < size.size(); ++bin) {
    const std::vector<double> values = f(bin);
    out.others.push_back(total / size[bin] - 1);
    for (std::size_t i = 0; i < n_functions; ++i) {
      out.pseudo(bin, i) = values[i] - out.plain[i];
      out.bias[i] += (1 - size[bin] / total) * out.pseudo(bin, i);
    }
  }
  for (std::size_t bin = 0; bin < size.size(); ++bin)
    for (std::size_t i = 0; i < n_functions; ++i)
      out.pseudo(bin, i) = out.bias[i] - out.others[bin] * out.pseudo(bin, i);
  return out;
}

double covariance(const LeftOut& out, std::size_t i, std::size_t j) {
  double sum = 0;
  for (std::size_t bin = 0; bin < out.others.size(); ++bin)
    sum += out.pseudo(bin, i) * out.pseudo(bin, j) / out.others[bin] / static_cast<double>(out.others.size());
  return sum;
}

} // namespace

std::vector<JackknifeEstimate> jackknife(std::span<const double> size, const LeaveOut& f) {
  const LeftOut out = leave_out(size, f);
  std::vector<JackknifeEstimate> estimates;
  for (std::size_t i = 0; i < out.plain.size(); ++i)
    estimates.push_back({out.plain[i] - out.bias[i], out.plain[i], std::sqrt(covariance(out, i, i))});
  return estimates;
}

Array<double, 2> jackknife_covariance(std::span<const double> size, const LeaveOut& f) {
  const LeftOut out = leave_out(size, f);
  Array<double, 2> all({out.plain.size(), out.plain.size()});
  for (std::size_t i = 0; i < out.plain.size(); ++i)
    for (std::size_t j = 0; j < out.plain.size(); ++j) all(i, j) = covariance(out, i, j);
  return all;
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
