#pragma once
// The couplings of a Boltzmann machine's visible units, in closed form from its weights.

#include <memory>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/ising/operators.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rbm/machine.hpp"

namespace blockspin::rg {

/// A machine with visible units 0 and 1, or -1 and 1, as one of spins: -H(v) = const + sum_i field_i s_i + sum_j ln
/// 2cosh(c_j + sum_i w_ij s_i).
struct SpinForm {
  explicit SpinForm(const rbm::Machine& machine);
  std::vector<double> fields; ///< [visible], of the biases and what 0 and 1 add
  std::vector<double> hidden; ///< [hidden]: c
  Array<double, 2> weights;   ///< [hidden, visible]
};

/// Of an operator: the mean over its products on the lattice, and how the products differ.
struct PlacedCoupling {
  double mean = 0;
  double spread = 0; ///< standard deviation over the products
  double error = 0;  ///< spread over the square root of their number
};

/// Sums the couplings (unit_couplings.hpp) of every product of the operators over the hidden units, some units a
/// step, units divided over the ranks. Sums are of integers, multiples of 2^-62 of a bound of all couplings: the same
/// on any number of ranks.
class MachineCouplings : public Stepper {
public:
  /// The communicator must outlive the object; sites are numbered row-major. Operators that the lattice tells apart.
  MachineCouplings(const mpi::Communicator& comm, const rbm::Machine& machine,
                   const std::vector<std::uint64_t>& extents, const std::vector<ising::Operator>& operators,
                   SafePoint safe_point);

  bool done() const override { return next_ == form_.hidden.size(); }
  void advance() override;
  double work_done() const override { return static_cast<double>(next_); }
  double work_total() const override { return static_cast<double>(form_.hidden.size()); }
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;

  /// Of each operator, when done. Collective; the same on every rank.
  std::vector<PlacedCoupling> couplings() const;

private:
  void add_unit(std::size_t unit);
  std::vector<std::int64_t> total() const;

  const mpi::Communicator& comm_;
  SpinForm form_;
  SafePoint safe_point_;
  std::vector<std::vector<std::vector<std::uint64_t>>> products_; ///< [operator][product]: its sites
  double quantum_;
  std::uint64_t next_ = 0;         ///< units before it are done
  std::vector<std::int64_t> sums_; ///< [product], of this rank's units, in quanta
};

/// The products of an operator on a lattice, each once, as site numbers. Local.
std::vector<std::vector<std::uint64_t>> placed_products(const ising::Operator& op,
                                                        const ising::RowLattice& lattice);

} // namespace blockspin::rg
