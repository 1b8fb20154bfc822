#pragma once
// Exact results of small machines by summing over states, in double precision: the oracle of every sampler
// and gradient, and the exact partition function wherever one layer is small.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/mpi/divided_rows.hpp"
#include "blockspin/rbm/machine.hpp"

namespace blockspin::rbm {

/// Largest smaller layer for which ln_z() enumerates.
constexpr std::size_t max_enumerated_units = 24;
/// Whether ln_z() can be had exactly: min(n_visible, n_hidden) <= max_enumerated_units.
bool can_enumerate(const Machine& machine);

/// ln Z by summing over the 2^n states of the smaller layer (the other is summed analytically). Throws
/// ErrorKind::numerical where the smaller layer is too large. Local.
double ln_z(const Machine& machine);
/// The same, the states divided over the ranks in fixed blocks; the same bits for
/// every rank count. Collective.
double ln_z(const Machine& machine, const mpi::Communicator& comm);

/// The same in steps: a row a block of states, holding ln of the block's sum. A block is some 10^7 products,
/// so a step stays short on any lattice.
class LnZSum final : public mpi::DividedRows {
public:
  /// Throws ErrorKind::numerical where the smaller layer is too large. Collective.
  LnZSum(const Machine& machine, const mpi::Communicator& comm);
  /// When done(). Collective.
  double ln_z() const;
};

/// State number `index` of n units: unit i is on where bit i of the index is 1;
/// units from number 64 on are off.
void set_state(std::uint64_t index, Units units, std::span<float> values);

/// p(v) of all 2^n_visible states, by state number. n_visible <= 24. Local.
std::vector<double> visible_distribution(const Machine& machine);

/// The gradient of a scalar with respect to every parameter of a machine.
struct ExactGradient {
  Array<double, 2> weights; ///< [visible, hidden]
  std::vector<double> visible_bias;
  std::vector<double> hidden_bias;
};
/// d/d(parameters) of sum_v q(v) ln p(v): <v h>_data - <v h>_model and so on; `data`
/// is q by state number. Local.
ExactGradient log_likelihood_gradient(const Machine& machine, std::span<const double> data);

/// D_KL(data || p) = sum_v q ln(q / p) in nats, by state number. Local.
double kl_divergence(std::span<const double> data, const Machine& machine);

} // namespace blockspin::rbm
