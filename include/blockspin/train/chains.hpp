#pragma once
// Chains of the model that persist between updates, with or without replicas at other
// temperatures of the machine.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rbm/sampling.hpp"
#include "blockspin/train/judge.hpp"
#include "blockspin/train/settings.hpp"

namespace blockspin::train {

/// Persistent chains 0 ... n_chains - 1, divided over the ranks in contiguous parts. Chain c starts in a
/// random state; with parallel tempering it has one replica at each beta of a ladder from 1 down, and
/// neighbouring replicas of a chain are exchanged after each update with the probability that keeps exp(-F(v;
/// beta)) of each (Metropolis), even and odd pairs in turn. What a chain does depends on its number only.
class Chains {
public:
  Chains() = default;
  Chains(const mpi::Communicator& comm, const Settings& settings, std::size_t n_visible);

  /// Advances the chains below `n_used` by the given number of Gibbs steps of `sampler`; `update` addresses
  /// the random numbers. Local.
  void advance(const rbm::GibbsSampler& sampler, std::uint64_t update, std::uint64_t n_used);
  /// Chains of this rank below `n_used`.
  std::size_t n_local(std::uint64_t n_used) const;
  /// Visible states of this rank's chains at beta 1: [chains held, n_visible].
  View<const float, 2> visible() const { return states_.front().view(); }
  /// The same, as starts of other chains.
  ChainStarts starts() const { return {visible(), held_.first}; }
  std::span<const double> betas() const { return betas_; }

  /// Under that name. Collective.
  void save(StateSink& sink, const std::string& name = "chains") const;
  void load(StateSource& source, const std::string& name = "chains");

private:
  void step(const rbm::GibbsSampler& sampler, std::size_t replica, std::uint64_t sequence, std::size_t n);
  void exchange(const rbm::GibbsSampler& sampler, std::uint64_t update, std::size_t n);
  Slab slab() const;

  rbm::Units units_ = rbm::Units::spin;
  std::uint64_t n_chains_ = 0;
  std::uint64_t gibbs_steps_ = 1;
  mpi::Range held_;
  std::vector<double> betas_ = {1.0};
  std::vector<Array<float, 2>> states_; ///< visible states by replica
  Array<float, 2> hidden_;
  rng::Generator hidden_draws_{0, rng::StreamId::rbm_hidden, 0};
  rng::Generator visible_draws_{0, rng::StreamId::rbm_visible, 0};
  rng::Generator swap_draws_{0, rng::StreamId::rbm_swap, 0};
};

} // namespace blockspin::train
