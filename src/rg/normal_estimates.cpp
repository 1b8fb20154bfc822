#include "blockspin/rg/normal_estimates.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "blockspin/ising/operators.hpp"
#include "blockspin/petsc/dense.hpp"
#include "blockspin/rg/hotelling.hpp"
#include "blockspin/stats/autocorrelation.hpp"
#include "blockspin/stats/jackknife.hpp"

namespace blockspin::rg {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double least_errors = 5; ///< of an answer that is divided by

using Table = Array<double, 2>;

/// Responses [function, operator] to couplings of places.
Table responses_of(const ResponseSums& sums, std::span<const double> places) {
  Table table({sums.n_functions(), sums.n_operators()});
  for (std::size_t f = 0; f < sums.n_functions(); ++f)
    for (std::size_t b = 0; b < sums.n_operators(); ++b) table(f, b) = places[b] * sums.response(f, b);
  return table;
}

/// Of all bins, and of all but one.
struct LeftOutResponses {
  LeftOutResponses(const std::vector<const ResponseSums*>& bins, std::span<const double> places) {
    ResponseSums total(bins.front()->n_functions(), bins.front()->n_operators());
    for (const ResponseSums* bin : bins) {
      total.merge(*bin);
      sizes.push_back(static_cast<double>(bin->n_configurations()));
    }
    all = responses_of(total, places);
    for (const ResponseSums* bin : bins) {
      ResponseSums rest = total;
      rest.remove(*bin);
      without.push_back(responses_of(rest, places));
    }
  }
  const Table& operator()(std::optional<std::size_t> bin) const { return bin ? without[*bin] : all; }

  std::vector<double> sizes;
  Table all;
  std::vector<Table> without;
};

std::vector<std::size_t> known_of(const NormalSetup& setup) {
  std::vector<std::size_t> known;
  for (std::size_t b = 1; b < setup.exact.size(); ++b)
    if (setup.independent[b] && std::isfinite(setup.exact[b])) known.push_back(b);
  return known;
}

/// Responses of a combination, [operator].
std::vector<double> combined(const Table& responses, std::span<const double> weights) {
  std::vector<double> sum(responses.extent(1), 0.0);
  for (std::size_t f = 0; f < weights.size(); ++f)
    if (weights[f] != 0)
      for (std::size_t b = 0; b < sum.size(); ++b) sum[b] += weights[f] * responses(f, b);
  return sum;
}

/// d_b of the operators whose exact normal is known.
std::vector<double> deviations(std::span<const double> responses, const NormalSetup& setup,
                               std::span<const std::size_t> known) {
  std::vector<double> d;
  for (const std::size_t b : known) d.push_back(responses[b] / responses[0] - setup.exact[b]);
  return d;
}

double leak_of(std::span<const double> d, std::span<const double> energy) {
  double product = 0, square = 0;
  for (std::size_t i = 0; i < d.size(); ++i) {
    product += d[i] * energy[i];
    square += energy[i] * energy[i];
  }
  return product / square; // NaN where nothing is known
}

FunctionNormal unknown_normal(std::size_t n_operators) {
  const std::vector<double> none(n_operators, unknown);
  return {none, none, unknown, unknown, unknown, unknown};
}

/// Normal, leak, and the answer to operator 0 that both are divided by.
std::vector<double> numbers_of(const Table& responses, std::span<const double> weights,
                               const NormalSetup& setup, std::span<const std::size_t> known) {
  const std::vector<double> answer = combined(responses, weights);
  std::vector<double> numbers;
  for (const double a : answer) numbers.push_back(a / answer[0]);
  numbers.push_back(leak_of(deviations(answer, setup, known), deviations(responses.row(0), setup, known)));
  numbers.push_back(answer[0]);
  return numbers;
}

FunctionNormal normal_of(const LeftOutResponses& data, std::span<const double> weights,
                         const NormalSetup& setup) {
  const std::vector<std::size_t> known = known_of(setup);
  const std::size_t n_operators = setup.independent.size();
  FunctionNormal found = unknown_normal(n_operators);
  const auto numbers = stats::jackknife(data.sizes, [&](std::optional<std::size_t> bin) {
    return numbers_of(data(bin), weights, setup, known);
  });
  const stats::JackknifeEstimate answer = numbers.back();
  if (!(std::abs(answer.plain) > least_errors * answer.error)) return found;
  for (std::size_t b = 0; b < n_operators; ++b)
    if (setup.independent[b]) {
      found.mean[b] = numbers[b].plain;
      found.error[b] = numbers[b].error;
    }
  if (known.empty()) return found;
  found.leak = numbers[n_operators].plain;
  found.leak_error = numbers[n_operators].error;
  const auto d = [&](std::optional<std::size_t> bin) {
    return deviations(combined(data(bin), weights), setup, known);
  };
  const Hotelling judged =
      hotelling(d({}), stats::jackknife_covariance(data.sizes, d), static_cast<double>(data.sizes.size()));
  found.chi_squared = judged.t_squared;
  found.p_value = judged.p_value;
  return found;
}

} // namespace

std::vector<double> exact_normal() {
  std::vector<double> normal(ising::even_operators(2).size(), unknown);
  const double root = std::numbers::sqrt2;
  normal[0] = 1;
  normal[1] = root;                        // diagonal
  normal[2] = 0.5139;                      // plaquette
  normal[3] = 4 * root / std::numbers::pi; // pair (2,0)
  return normal;
}

std::vector<const ResponseSums*> filled_bins(const std::vector<std::vector<Responses>>& bins,
                                             ResponseSums Responses::*parity) {
  std::vector<const ResponseSums*> filled;
  for (const auto& group : bins)
    for (const Responses& bin : group)
      if ((bin.*parity).n_configurations() > 0) filled.push_back(&(bin.*parity));
  return filled;
}

std::vector<FunctionNormal> estimate_normals(const std::vector<const ResponseSums*>& bins,
                                             View<const double, 2> combinations, const NormalSetup& setup) {
  const LeftOutResponses data(bins, setup.places);
  std::vector<FunctionNormal> normals;
  for (std::size_t i = 0; i < combinations.extent(0); ++i) {
    const auto weights = combinations.row(i);
    const bool is_known = std::ranges::all_of(weights, [](double w) { return std::isfinite(w); });
    normals.push_back(is_known ? normal_of(data, weights, setup) : unknown_normal(setup.independent.size()));
  }
  return normals;
}

std::vector<double> least_leak(const std::vector<const ResponseSums*>& bins, std::size_t first,
                               std::size_t last, const NormalSetup& setup) {
  const LeftOutResponses data(bins, setup.places);
  const std::vector<std::size_t> known = known_of(setup);
  const std::size_t n = last - first, n_known = known.size();
  std::vector<double> weights(data.all.extent(0), known.empty() ? unknown : 0.0);
  if (known.empty()) return weights;
  const auto residuals = [&](std::optional<std::size_t> bin) { // [function][known]
    std::vector<double> r;
    for (std::size_t f = first; f < last; ++f)
      for (const std::size_t b : known) r.push_back(data(bin)(f, b) - setup.exact[b] * data(bin)(f, 0));
    return r;
  };
  const std::vector<double> r = residuals({});
  const Table noise = stats::jackknife_covariance(data.sizes, residuals);
  Table matrix({n, n}), answer({n, 1});
  for (std::size_t i = 0; i < n; ++i) {
    answer(i, 0) = data.all(first + i, 0);
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t b = 0; b < n_known; ++b)
        matrix(i, j) += r[i * n_known + b] * r[j * n_known + b] + noise(i * n_known + b, j * n_known + b);
  }
  const auto solved = petsc::solve_positive(matrix, answer);
  double norm = 0;
  for (std::size_t i = 0; i < n; ++i) norm += solved ? (*solved)(i, 0) * answer(i, 0) : unknown;
  for (std::size_t i = 0; i < n; ++i) weights[first + i] = solved ? (*solved)(i, 0) / norm : unknown;
  return weights;
}

double longest_tau(const std::vector<std::vector<Responses>>& bins) {
  std::size_t length = bins.front().size();
  const auto size = [&](std::size_t time) { return bins.front()[time].even.n_configurations(); };
  while (length > 1 && size(length - 1) < size(0)) --length;
  // A second half may begin within a keep, so that its first bins are of different sizes; means are alike all the same.
  for (const auto& group : bins)
    for (std::size_t t = 0; t < length; ++t)
      if (group[t].even.n_configurations() == 0) return unknown;
  if (length < 2) return unknown;
  double longest = 0.5;
  for (std::size_t f = 0; f < bins.front().front().even.n_functions(); ++f) {
    Table series({bins.size(), length});
    for (std::size_t g = 0; g < bins.size(); ++g)
      for (std::size_t t = 0; t < length; ++t) series(g, t) = bins[g][t].even.mean(f);
    longest = std::max(longest, stats::tau_beyond_chance(series));
  }
  return longest;
}

} // namespace blockspin::rg
