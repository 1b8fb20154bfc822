#include "blockspin/rg/ensemble_slopes.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <utility>

#include "blockspin/base/error.hpp"
#include "blockspin/base/packed.hpp"
#include "newton_words.hpp"

namespace blockspin::rg {
namespace {

/// The first `wanted` of a list go to `fitted`, the others that the lattice tells apart to `tested`.
void divide(const std::vector<ising::Operator>& list, std::size_t wanted, const ising::RowLattice& lattice,
            std::vector<ising::Operator>& fitted, std::vector<ising::Operator>& tested) {
  const auto flags = ising::independent_operators(list, lattice);
  require(wanted <= list.size(), "there are not so many operators");
  for (std::size_t k = 0; k < list.size(); ++k) {
    require(k >= wanted || flags[k], "couplings are sought that the lattice does not tell apart");
    if (flags[k]) (k < wanted ? fitted : tested).push_back(list[k]);
  }
}

std::vector<std::size_t> numbers(std::size_t n) {
  std::vector<std::size_t> all(n);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

/// Makes of the entry of ones, the last of n, that of s_i (M - s_i) = M s_i - 1, where s_i is entry `spin`.
void make_magnetization(std::size_t n, std::size_t spin, std::int64_t magnetization, NewtonWords& found) {
  const std::size_t last = n - 1;
  found.gradient[last] = magnetization * found.gradient[spin] - found.gradient[last];
  for (std::size_t a = 0; a < last; ++a)
    found.information[last][a] =
        magnetization * found.information[std::max(a, spin)][std::min(a, spin)] - found.information[last][a];
  found.information[last][last] = 0; // nobody asks for it
}

std::vector<ising::Operator> measured(const CouplingSetup& setup, EnsembleSlopes::Entries entries) {
  CouplingOperators operators(setup);
  if (entries == EnsembleSlopes::Entries::sought)
    operators.all.erase(operators.all.begin() + static_cast<std::ptrdiff_t>(operators.n_fitted),
                        operators.all.end());
  return operators.all;
}

} // namespace

CouplingOperators::CouplingOperators(const CouplingSetup& setup) {
  const ising::RowLattice lattice(setup.extents);
  std::vector<ising::Operator> tested;
  divide(ising::even_operators(lattice.n_dimensions()), setup.n_even, lattice, all, tested);
  divide(ising::odd_operators(lattice.n_dimensions()), setup.n_odd, lattice, all, tested);
  n_fitted = all.size();
  all.insert(all.end(), tested.begin(), tested.end());
  const auto found =
      std::ranges::find_if(all, [](const ising::Operator& op) { return op.sites.size() == 1; });
  spin = static_cast<std::size_t>(found - all.begin());
}

EnsembleSlopes::EnsembleSlopes(const CouplingSetup& setup, Entries entries)
    : lattice_(setup.extents), which_(entries), spin_(CouplingOperators(setup).spin),
      local_(lattice_, measured(setup, entries)), spins_(lattice_),
      entries_(numbers(local_.n_operators() + (entries == Entries::all ? 1 : 0))),
      x_(64 * entries_.size(), 1) {}

std::vector<double> EnsembleSlopes::largest() const {
  std::vector<double> all;
  for (std::size_t op = 0; op < local_.n_operators(); ++op) all.push_back(local_.n_products(op));
  if (which_ == Entries::all) all.push_back(static_cast<double>(lattice_.n_sites() - 1));
  return all;
}

void EnsembleSlopes::add(std::span<const std::uint8_t> packed, std::span<const std::int32_t> point,
                         CouplingSums& sums) {
  spins_.unpack(packed);
  std::int64_t up = 0;
  for (const std::uint64_t word : std::as_const(spins_).words()) up += std::popcount(word);
  const std::int64_t magnetization = 2 * up - static_cast<std::int64_t>(lattice_.n_sites());
  std::array<std::int32_t, most_operators> at{};
  std::copy(point.begin(), point.end(), at.begin());
  NewtonWords found;
  for (std::uint64_t row = 0; row < lattice_.n_rows(); ++row)
    for (std::size_t word = 0; word < lattice_.words_per_row(); ++word) {
      local_.measure(spins_, row, word, x_);
      const bool last = word + 1 == lattice_.words_per_row();
      newton_words(x_.data(), n_entries(), at.data(), last ? lattice_.last_mask() : ~std::uint64_t{0}, found);
      if (which_ == Entries::all) make_magnetization(n_entries(), spin_, magnetization, found);
      sums.add(0, entries_, at, found);
    }
}

CouplingBins empty_bins(const CouplingSetup& setup, std::size_t n_entries) {
  const std::uint64_t n_keeps = groups_of(setup.n_configurations, setup.n_ladders);
  const BinShape shape = bin_shape(setup.n_ladders, n_keeps);
  return CouplingBins(shape.n_groups,
                      std::vector<CouplingSums>(groups_of(n_keeps, shape.width), CouplingSums(0, n_entries)));
}

CouplingSums& bin_of(CouplingBins& bins, const CouplingSetup& setup, std::uint64_t configuration) {
  const BinShape shape = bin_shape(setup.n_ladders, groups_of(setup.n_configurations, setup.n_ladders));
  return bins[configuration % setup.n_ladders % shape.n_groups]
             [configuration / setup.n_ladders / shape.width];
}

void sum_over_ranks(CouplingBins& bins, const mpi::Communicator& comm) {
  std::vector<std::uint64_t> words;
  for (const auto& group : bins)
    for (const CouplingSums& bin : group) {
      words.resize(words.size() + bin.n_words());
      bin.to_words(std::span(words).last(bin.n_words()));
    }
  comm.sum(std::span(words));
  std::span<const std::uint64_t> rest(words);
  for (auto& group : bins)
    for (CouplingSums& bin : group) {
      bin.from_words(rest.first(bin.n_words()));
      rest = rest.subspan(bin.n_words());
    }
}

} // namespace blockspin::rg
