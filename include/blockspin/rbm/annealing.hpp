#pragma once
// ln Z of machines too large to enumerate: annealed importance sampling (Neal 2001; Salakhutdinov & Murray
// 2008).

#include <cstdint>

#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rbm/machine.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::rbm {

/// How long and how often to anneal.
struct Annealing {
  std::uint64_t n_temperatures = 1000; ///< values of beta after 0, evenly spaced up to 1
  std::uint64_t n_chains = 1000;       ///< independent chains; n >= 2
};

struct LnZEstimate {
  double ln_z = 0;
  double error = 0; ///< standard error of ln_z, from the spread of the chains' weights
};

/// Each chain starts in a random state (beta = 0, where Z = 2^(visible + hidden)), collects the ratio of
/// exp(-F(v; beta)) at each new beta, and makes one Gibbs step there. The mean of exp(ln w) over chains is an
/// unbiased estimate of Z / Z(0). Chains are divided over the ranks; the result has the same bits for every
/// rank count. `draws` is split into sequences: 2 k and 2 k + 1 for hidden and visible units at step k.
/// Collective.
LnZEstimate anneal(const Machine& machine, const Annealing& annealing, const rng::Generator& draws,
                   const mpi::Communicator& comm);

} // namespace blockspin::rbm
