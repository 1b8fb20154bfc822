#include "blockspin/rg/mcrg_estimates.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "blockspin/rg/left_out.hpp"
#include "blockspin/rg/stability.hpp"
#include "blockspin/stats/autocorrelation.hpp"
#include "blockspin/stats/jackknife.hpp"

namespace blockspin::rg {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

using Table = Array<double, 2>;

/// Operators of one parity, which of them each level tells apart, and how many of their places are one product.
struct Known {
  Known(const BlockingSetup& setup, std::span<const ising::Operator> operators)
      : factor(setup.factor), n_levels(setup.n_levels), n_operators(operators.size()),
        independent({setup.n_levels + 1, operators.size()}), places({setup.n_levels + 1, operators.size()}) {
    for (unsigned n = 0; n <= n_levels; ++n) {
      const ising::RowLattice lattice = lattice_of(setup, n);
      const auto flags = ising::independent_operators(operators, lattice);
      std::copy(flags.begin(), flags.end(), independent.row(n).begin());
      for (std::size_t k = 0; k < n_operators; ++k)
        places(n, k) = ising::places_per_product(operators[k], lattice);
    }
  }
  /// Those that both levels of a step tell apart.
  bool is_used(unsigned step, std::size_t k) const {
    return independent(step, k) && independent(step - 1, k);
  }
  std::vector<std::size_t> of_level(unsigned n) const {
    std::vector<std::size_t> operators;
    for (std::size_t k = 0; k < n_operators; ++k)
      if (independent(n, k)) operators.push_back(k);
    return operators;
  }

  unsigned factor, n_levels;
  std::size_t n_operators;
  Array<std::uint8_t, 2> independent;
  Array<double, 2> places;
};

/// Exponent, eigenvalue, its imaginary part, normal: the tables of ParityEstimates.
void add_parity(const Known& known, const OperatorMoments& moments, std::vector<Table>& tables) {
  const Table empty({known.n_levels, known.n_operators});
  std::array<Table, 4> found = {empty, empty, empty, empty};
  for (unsigned n = 1; n <= known.n_levels; ++n) {
    std::complex<double> eigenvalue = unknown;
    std::vector<std::size_t> used;
    const std::vector<double> normal = manifold_normal(moments, n, known.places);
    for (std::size_t k = 0; k < known.n_operators; ++k) {
      if (known.is_used(n, k)) {
        used.push_back(k);
        eigenvalue = leading_eigenvalue(moments, n, used, known.places);
      }
      found[0](n - 1, k) = exponent_of(eigenvalue, known.factor);
      found[1](n - 1, k) = eigenvalue.real();
      found[2](n - 1, k) = eigenvalue.imag();
      found[3](n - 1, k) = known.independent(0, k) ? normal[k] : unknown;
    }
  }
  tables.insert(tables.end(), found.begin(), found.end());
}

/// Couplings of all levels, and fixed points.
void add_couplings(const Known& known, const LevelMoments& moments, std::vector<Table>& tables) {
  Table couplings({known.n_levels + 1, known.n_operators}), points({known.n_levels, known.n_operators});
  std::fill(couplings.flat().begin(), couplings.flat().end(), unknown);
  std::vector<double> before;
  for (unsigned n = 0; n <= known.n_levels; ++n) {
    const std::vector<std::size_t> operators = known.of_level(n);
    std::vector<double> found = moments.couplings.couplings(n, operators);
    if (!are_measurable(found)) found.clear();
    for (const std::size_t k : operators) {
      if (!found.empty()) found[k] /= known.places(n, k);
      couplings(n, k) = found.empty() ? unknown : found[k];
    }
    if (n > 0) {
      const auto point = linear_fixed_point(moments.even, n, operators, before, found, known.places);
      std::copy(point.begin(), point.end(), points.row(n - 1).begin());
    }
    before = found;
  }
  tables.push_back(couplings);
  tables.push_back(points);
}

std::vector<double> flat(const std::vector<Table>& tables) {
  std::vector<double> numbers;
  for (const Table& table : tables) numbers.insert(numbers.end(), table.flat().begin(), table.flat().end());
  return numbers;
}

/// The same tables with errors, from their numbers' estimates in order.
std::vector<EstimateTable> with_errors(const std::vector<Table>& tables,
                                       std::span<const stats::JackknifeEstimate> numbers) {
  std::vector<EstimateTable> result;
  for (const Table& table : tables) {
    EstimateTable both{table, table};
    for (std::size_t i = 0; i < table.size(); ++i) both.error.flat()[i] = numbers[i].error;
    numbers = numbers.subspan(table.size());
    result.push_back(std::move(both));
  }
  return result;
}

/// By bins of whole width: `value` of each.
template <class Value>
double tau_of(const std::vector<std::vector<LevelMoments>>& bins, Value&& value) {
  std::size_t length = bins.front().size();
  const auto full = bins.front().front().n_configurations();
  while (length > 1 && bins.front()[length - 1].n_configurations() < full) --length;
  Array<double, 2> series({bins.size(), length});
  for (std::size_t group = 0; group < bins.size(); ++group)
    for (std::size_t time = 0; time < length; ++time) series(group, time) = value(bins[group][time]);
  return stats::tau_beyond_chance(series);
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
  const LeftOutMoments parts(bins);
  const Known even(setup, setup.even()), odd(setup, setup.odd());
  const auto tables_of = [&](const LevelMoments& moments) {
    std::vector<Table> tables;
    add_parity(even, moments.even, tables);
    add_parity(odd, moments.odd, tables);
    add_couplings(even, moments, tables);
    return tables;
  };
  const auto numbers = stats::jackknife(parts.sizes(), [&](std::optional<std::size_t> out) {
    return flat(tables_of(out ? parts.without(*out) : parts.total()));
  });
  std::vector<EstimateTable> t = with_errors(tables_of(parts.total()), numbers);
  return {{t[0], t[1], t[2], t[3], even.independent},
          {t[4], t[5], t[6], t[7], odd.independent},
          t[8],
          t[9],
          parts.total().n_configurations(),
          parts.sizes().size(),
          longest_tau(bins, setup.n_levels)};
}

} // namespace blockspin::rg
