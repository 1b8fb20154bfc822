#pragma once
// What a trained machine has learnt of an Ising chain: does it hold the bonds' exact weights?

#include <span>
#include <vector>

#include "blockspin/rbm/machine.hpp"
#include "blockspin/rg/map_estimate.hpp"

namespace blockspin::rg {

/// A machine without biases on a ring of n sites, against the chain of coupling K'. The exact solution has
/// one hidden spin a bond with weight undecimated_coupling(K') on both its sites; training also finds bonds
/// shared by several units, so weights are compared on bonds that one unit holds alone.
struct ChainMachine {
  std::vector<double> weight; ///< mean |w| on the two sites of each bond held by one unit alone
  Estimated coupling;         ///< nearest-neighbour coupling of H_RBM[v], mean and standard error over bonds
  double other_coupling = 0;  ///< largest other coupling of H_RBM[v], in size
  double kl_divergence = 0;   ///< D_KL(chain || machine), exact, in nats
};

/// Mean of independent values and its standard error; NaN where there is nothing, an error of NaN where there
/// is one value. Local.
Estimated mean_and_error(std::span<const double> values);

/// n <= 16: every state is summed. Local.
ChainMachine examine_chain_machine(const rbm::Machine& machine, double coupling);

} // namespace blockspin::rg
