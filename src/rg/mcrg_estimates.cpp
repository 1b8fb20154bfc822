#include "blockspin/rg/mcrg_estimates.hpp"

#include <algorithm>
#include <limits>

#include "blockspin/base/error.hpp"
#include "blockspin/rg/stability.hpp"
#include "blockspin/stats/autocorrelation.hpp"
#include "blockspin/stats/jackknife.hpp"

namespace blockspin::rg {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// What is asked of the moments of one parity, as a list of numbers: for each step, for each k eigenvalue
/// (real, imaginary) and exponent, then the normal.
class Questions {
public:
  Questions(const BlockingSetup& setup, std::span<const ising::Operator> operators)
      : factor_(setup.factor), n_levels_(setup.n_levels), n_operators_(operators.size()),
        independent_({setup.n_levels + 1, operators.size()}) {
    for (unsigned n = 0; n <= n_levels_; ++n) {
      const auto flags = ising::independent_operators(operators, lattice_of(setup, n));
      std::copy(flags.begin(), flags.end(), independent_.row(n).begin());
    }
  }

  std::vector<double> answers(const OperatorMoments& moments) const {
    std::vector<double> all;
    for (unsigned n = 1; n <= n_levels_; ++n) {
      std::complex<double> eigenvalue = unknown;
      std::vector<std::size_t> used;
      for (std::size_t k = 0; k < n_operators_; ++k) {
        if (independent_(n, k) && independent_(n - 1, k)) {
          used.push_back(k);
          eigenvalue = leading_eigenvalue(moments, n, used);
        }
        all.insert(all.end(), {eigenvalue.real(), eigenvalue.imag(), exponent_of(eigenvalue, factor_)});
      }
      for (std::size_t b = 0; const double component : manifold_normal(moments, n))
        all.push_back(independent_(0, b++) ? component : unknown);
    }
    return all;
  }

  ParityEstimates tables(std::span<const stats::JackknifeEstimate> answers) const {
    const auto empty = [&] {
      const Array<double, 2> table({n_levels_, n_operators_});
      return EstimateTable{table, table};
    };
    ParityEstimates out{empty(), empty(), empty(), empty(), independent_};
    auto next = answers.begin();
    const auto fill = [&](EstimateTable& table, std::size_t step, std::size_t column) {
      table.mean(step, column) = next->plain;
      table.error(step, column) = (next++)->error;
    };
    for (std::size_t step = 0; step < n_levels_; ++step) {
      for (std::size_t k = 0; k < n_operators_; ++k) {
        fill(out.eigenvalue, step, k);
        fill(out.eigenvalue_imaginary, step, k);
        fill(out.exponent, step, k);
      }
      for (std::size_t b = 0; b < n_operators_; ++b) fill(out.normal, step, b);
    }
    return out;
  }

private:
  unsigned factor_, n_levels_;
  std::size_t n_operators_;
  Array<std::uint8_t, 2> independent_;
};

/// By bins of whole width: `value` of each.
template <class Value>
double tau_of(const std::vector<std::vector<LevelMoments>>& bins, Value&& value) {
  std::size_t length = bins.front().size();
  const auto full = bins.front().front().even.n_configurations();
  while (length > 1 && bins.front()[length - 1].even.n_configurations() < full) --length;
  Array<double, 2> series({bins.size(), length});
  for (std::size_t group = 0; group < bins.size(); ++group)
    for (std::size_t time = 0; time < length; ++time) series(group, time) = value(bins[group][time]);
  return series.size() < 2 ? unknown : stats::gamma_analysis(series).tau;
}

double longest_tau(const std::vector<std::vector<LevelMoments>>& bins, unsigned n_levels) {
  double longest = 0.5;
  if (bins.front().size() < 2) return unknown;
  for (unsigned n = 0; n <= n_levels; ++n) {
    const auto energy = [n](const LevelMoments& m) { return m.even.mean(n, 0); };
    const auto square = [n](const LevelMoments& m) { return m.odd.correlation(n, 0, n, 0); };
    longest = std::max({longest, tau_of(bins, energy), tau_of(bins, square)});
  }
  return longest;
}

} // namespace

McrgEstimates estimate(const BlockingSetup& setup, const std::vector<std::vector<LevelMoments>>& bins) {
  std::vector<const LevelMoments*> all;
  for (const auto& group : bins)
    for (const LevelMoments& bin : group)
      if (bin.even.n_configurations() > 0) all.push_back(&bin);
  require(all.size() >= 2, "errors need at least two bins");
  LevelMoments total = *all.front();
  for (std::size_t i = 1; i < all.size(); ++i) total.merge(*all[i]);
  std::vector<double> size;
  for (const LevelMoments* bin : all) size.push_back(static_cast<double>(bin->even.n_configurations()));

  const Questions even(setup, setup.even()), odd(setup, setup.odd());
  const std::size_t n_even = even.answers(total.even).size();
  const auto answers = stats::jackknife(size, [&](std::optional<std::size_t> out) {
    LevelMoments rest = total;
    if (out) rest.remove(*all[*out]);
    auto values = even.answers(rest.even);
    const auto more = odd.answers(rest.odd);
    values.insert(values.end(), more.begin(), more.end());
    return values;
  });
  const std::span<const stats::JackknifeEstimate> numbers(answers);
  return {even.tables(numbers.first(n_even)), odd.tables(numbers.subspan(n_even)),
          total.even.n_configurations(), all.size(), longest_tau(bins, setup.n_levels)};
}

} // namespace blockspin::rg
