#include "blockspin/rg/matching.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "blockspin/base/error.hpp"
#include "blockspin/rg/left_out.hpp"
#include "blockspin/stats/jackknife.hpp"

namespace blockspin::rg {
namespace {

void require_fit(const BlockingSetup& large, const BlockingSetup& small) {
  require(large.factor == small.factor && large.rule == small.rule && large.n_levels > small.n_levels,
          "matched runs are blocked alike, the larger once more");
  require(lattice_of(large, 1).extents() == small.extents,
          "the larger of two matched lattices is blocked to the smaller");
}

/// [n][operator], one after the other.
std::vector<double> critical_couplings(double coupling, const OperatorMoments& large,
                                       const OperatorMoments& small) {
  std::vector<double> found;
  const std::size_t n_operators = std::min(large.n_operators(), small.n_operators());
  for (unsigned n = 0; n <= small.n_levels(); ++n)
    for (std::size_t a = 0; a < n_operators; ++a) {
      const double slope = large.correlation(n + 1, a, 0, 0) - small.correlation(n, a, 0, 0);
      found.push_back(coupling - (large.mean(n + 1, a) - small.mean(n, a)) / slope);
    }
  return found;
}

} // namespace

EstimateTable match(double coupling, const MatchedRun& large, const MatchedRun& small) {
  require_fit(large.setup, small.setup);
  const LeftOutMoments of_large(large.bins), of_small(small.bins);
  const auto by_large = stats::jackknife(of_large.sizes(), [&](std::optional<std::size_t> out) {
    return critical_couplings(coupling, out ? of_large.without(*out).even : of_large.total().even,
                              of_small.total().even);
  });
  const auto by_small = stats::jackknife(of_small.sizes(), [&](std::optional<std::size_t> out) {
    return critical_couplings(coupling, of_large.total().even,
                              out ? of_small.without(*out).even : of_small.total().even);
  });
  const std::size_t n_levels = small.setup.n_levels + 1;
  const Array<double, 2> empty({n_levels, by_large.size() / n_levels});
  EstimateTable table{empty, empty};
  const auto operators = large.setup.n_even < small.setup.n_even ? large.setup.even() : small.setup.even();
  for (unsigned n = 0; n < n_levels; ++n) {
    const auto independent = ising::independent_operators(operators, lattice_of(small.setup, n));
    for (std::size_t a = 0; a < operators.size(); ++a) {
      const std::size_t i = n * operators.size() + a;
      const double known = independent[a] ? 0 : std::numeric_limits<double>::quiet_NaN();
      table.mean(n, a) = by_large[i].plain + known;
      table.error(n, a) = std::hypot(by_large[i].error, by_small[i].error) + known;
    }
  }
  return table;
}

} // namespace blockspin::rg
