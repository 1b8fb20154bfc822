#include "blockspin/rg/hotelling.hpp"

#include <algorithm>
#include <limits>

#include "blockspin/petsc/dense.hpp"
#include "blockspin/stats/hypothesis.hpp"

namespace blockspin::rg {

Hotelling hotelling(std::span<const double> means, View<const double, 2> covariance, double n_bins) {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  const auto p = static_cast<double>(means.size());
  Array<double, 2> right({means.size(), 1});
  std::ranges::copy(means, right.flat().begin());
  const auto x = n_bins > p + 2 ? petsc::solve_positive(covariance, right) : std::nullopt;
  if (!x || means.empty()) return {unknown, unknown};
  double t_squared = 0;
  for (std::size_t c = 0; c < means.size(); ++c) t_squared += means[c] * (*x)(c, 0);
  return {t_squared, stats::f_tail(t_squared * (n_bins - p) / (p * (n_bins - 1)), p, n_bins - p)};
}

} // namespace blockspin::rg
