#pragma once
// Configurations that a machine makes by itself: its Gibbs chains, with or without replicas at other temperatures of
// the machine, or of machines along its training.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/base/state.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rbm/machine.hpp"
#include "blockspin/rbm/sampling.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::analysis {

/// Which machine of a stack runs, for how long, and what of its states is kept.
struct GenerationPlan {
  std::size_t machine = 1; ///< whose chains run: 1 is next to the lattice
  std::size_t layer =
      0; ///< the units that are kept: 0 the lattice's, k the hidden ones of machine k; <= machine
  std::uint64_t n = 0;               ///< chains
  std::uint64_t burn_in = 0;         ///< Gibbs steps before the first kept state
  std::uint64_t steps = 1;           ///< between kept states, >= 1
  std::uint64_t n_kept = 1;          ///< states of each chain
  std::vector<double> betas = {1.0}; ///< of replicas; the first is 1, and its states are kept
  /// Of one replica more each, at beta 1: machines of the shape of the one that runs, the nearest first.
  std::vector<rbm::Machine> along = {};

  std::size_t n_replicas() const { return betas.size() + along.size(); }
  std::uint64_t n_steps() const { return burn_in + (n_kept - 1) * steps; }
};

/// The random streams of generated chains.
struct GenerationStreams {
  rng::Generator start, hidden, visible, swap;
};

/// A Gibbs step takes the visible state x of its machine to x' by x -> h -> x', both sampled; after each step
/// neighbouring replicas are exchanged. A chain starts in a random state, or at a configuration of the lattice
/// that is passed up, sampled, to the machine's visible layer, where all its replicas start. A state is kept by sampling
/// on from x: up to the machine's own hidden layer, or down through the machines below. Replicas are at other
/// temperatures of the machine, or are of other machines, not both.
///
/// Chains are divided over the ranks; each rank takes blocks of its chains to their ends, one block after the
/// other. A step of the stepper is a few Gibbs steps of a block. What a chain does depends on its number only, so
/// that all results have the same bits for every rank count. Memory: the chains' states and what is kept, one bit
/// a unit, and one block in full.
class Generation : public Stepper {
public:
  /// `starts` [chains of this rank, packed bytes of the lattice], or empty for random starts; which chains those
  /// are says mine(). Borrows comm. Collective.
  Generation(const mpi::Communicator& comm, std::span<const rbm::Machine> stack, GenerationPlan plan,
             const GenerationStreams& streams, Array<std::uint8_t, 2> starts);

  /// The chains of a rank.
  static mpi::Range chains_of_rank(const mpi::Communicator& comm, std::uint64_t n_chains);
  const mpi::Range& mine() const { return mine_; }

  bool done() const override { return steps_left_ == 0; }
  void advance() override;
  double work_done() const override { return work_total() - static_cast<double>(steps_left_); }
  double work_total() const override;
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;

  /// When done(): kept states of this rank's chains, packed, [chain, kept, byte].
  View<const std::uint8_t, 3> kept() const { return kept_.view(); }
  std::size_t n_units() const { return n_units_[plan_.layer]; }
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  /// Share of exchanges between neighbouring replicas that were accepted, [pair]. Collective.
  std::vector<double> acceptance() const;

private:
  /// A block's states in full: visible states by replica, and room for one hidden layer.
  struct Block;
  const rbm::GibbsSampler& sampler() const { return samplers_[plan_.machine - 1]; }
  void exchange(Block& block, std::uint64_t step);
  mpi::Range next_block() const;
  Block unpack_block(mpi::Range block) const;
  void start(Block& block);
  void gibbs_step(Block& block, std::uint64_t step);
  void keep(const Block& block, std::uint64_t index);
  void pack_block(const Block& block);
  void count_steps_left();

  const mpi::Communicator& comm_;
  rbm::Units units_;
  GenerationPlan plan_;
  GenerationStreams streams_;
  std::vector<rbm::GibbsSampler> samplers_;              ///< of the machines up to the one that runs
  std::vector<rbm::GibbsSampler> along_;                 ///< of plan.along
  std::vector<const rbm::GibbsSampler*> of_replica_;     ///< [replica]
  std::vector<std::size_t> n_units_;                     ///< of the lattice, then of each hidden layer
  std::uint64_t chains_at_once_ = 1, steps_at_once_ = 1; ///< of a block
  mpi::Range mine_;
  Array<std::uint8_t, 2> starts_;
  std::vector<std::uint64_t> progress_;        ///< [chain]: 0, or 1 and the Gibbs steps it has made
  std::vector<Array<std::uint8_t, 2>> states_; ///< visible states by replica, packed
  Array<std::uint8_t, 3> kept_;
  std::vector<std::uint64_t> accepted_; ///< by pair, of this rank's chains
  std::uint64_t steps_left_ = 0;        ///< of all chains of all ranks
};

} // namespace blockspin::analysis
