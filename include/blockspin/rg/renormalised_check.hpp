#pragma once
// H_RG[h] = H_RBM[h] on hidden configurations of machines whose states cannot be listed.

#include <span>
#include <vector>

#include "blockspin/rbm/machine.hpp"
#include "blockspin/rg/spin_model.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::rg {

/// Both sides of the identity at one hidden configuration.
struct RenormalisedPair {
  double sampled = 0; ///< H_RG[h] = -ln Tr_v exp(T(v,h) - H[v]), by importance sampling
  double spread = 0;  ///< largest less smallest value that a draw gave: rounding
  double machine = 0; ///< H_RBM[h], the machine's closed form
};

/// Tr_v exp(T - H) is the mean of exp(T(v,h) - H[v]) / p(v|h) over v drawn from the machine's p(v|h), with T
/// from the paper's T = ln p(h|v) + H[v] - H_RBM[v]: Ising energies by bonds, and the machine's fields
/// upwards. The estimator has no variance, every draw gives H_RG[h]: what differs is rounding, or an error in
/// one of the conditionals, free energies or in the map. The other side sums the machine's fields downwards.
/// In double precision. hidden: unit values [n_hidden]. Draw k uses sequence `sequence` + k. Local.
/// Equations: Mehta & Schwab 2014.
RenormalisedPair check_renormalised(const rbm::Machine& machine, const SpinModel& model,
                                    std::span<const float> hidden, std::size_t n_draws,
                                    const rng::Generator& generator, std::uint64_t sequence);

/// One layer's values drawn from fields: unit i is on where uniform (sequence, i) is below its mean. Local.
std::vector<float> drawn_units(rbm::Units units, std::span<const double> fields,
                               const rng::Generator& generator, std::uint64_t sequence);

} // namespace blockspin::rg
