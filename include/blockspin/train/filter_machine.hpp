#pragma once
// A translation-invariant machine on a lattice: fields of its two layers, and the gradient of its free energy.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/ising/block_filter.hpp"
#include "blockspin/mpi/communicator.hpp"

namespace blockspin::train {

/// Sums of a layer's unit: of each of its terms, the other layer's unit and the place in the filter. Each unit has
/// its terms in the order of the places, so that a translation by the stride changes no bit of a sum.
struct FilterTerms {
  std::vector<std::size_t> first; ///< [unit], and one beyond
  std::vector<std::uint32_t> unit, place;
};

/// ising::BlockFilter on a lattice, ready for many configurations at once. Local.
class FilterMachine {
public:
  /// Throws ErrorKind::internal unless the filter fits the lattice.
  FilterMachine(const ising::RowLattice& lattice, const ising::BlockFilter& filter);

  std::size_t n_visible() const { return visible_.first.size() - 1; }
  std::size_t n_hidden() const { return hidden_.first.size() - 1; }
  std::size_t n_places() const { return filter.weights.size(); }
  /// fields [n, n_hidden] = c + sum_d W_d v_(j,d) in float32, of visible [n, n_visible] spins.
  void hidden_fields(View<const float, 2> visible, View<float, 2> fields) const;
  /// fields [n, n_visible] = b + the sum of W_d h_j over the windows that site i stands in, at their places d.
  void visible_fields(View<const float, 2> hidden, View<float, 2> fields) const;
  const FilterTerms& hidden_terms() const { return hidden_; }

  /// Its parameters, which may be changed at any time; not the shape.
  ising::BlockFilter filter;

private:
  FilterTerms hidden_, visible_;
};

/// Sums over configurations and places of the lattice: sum_j <h_j> v_(j,d) for each weight d, sum_i v_i, sum_j <h_j>.
/// Means lie on the grid 2^-15 and spins are +-1, so all sums are exact, and may be added in any order, while there
/// are less than 2^38 terms.
class FilterGradient {
public:
  explicit FilterGradient(const FilterMachine& machine) : sums_(machine.n_places() + 2) {}

  void clear() { sums_.assign(sums_.size(), 0.0); }
  /// Adds `sign` times the sums of these rows: visible [n, n_visible], means [n, n_hidden]. Local.
  void add(const FilterMachine& machine, View<const float, 2> visible, View<const float, 2> means,
           double sign);
  /// Collective.
  void add_ranks(const mpi::Communicator& comm) { comm.sum(std::span(sums_)); }

  std::span<const double> weights() const { return std::span(sums_).first(sums_.size() - 2); }
  double visible_bias() const { return sums_[sums_.size() - 2]; }
  double hidden_bias() const { return sums_.back(); }

private:
  std::vector<double> sums_;
};

} // namespace blockspin::train
