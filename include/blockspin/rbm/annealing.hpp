#pragma once
// ln Z of machines too large to enumerate: annealed importance sampling (Neal 2001; Salakhutdinov & Murray
// 2008), forwards and back (Grosse, Ancha & Roy 2016).

#include <cstdint>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rbm/machine.hpp"
#include "blockspin/rbm/sampling.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::rbm {

/// How long and how often to anneal.
struct Annealing {
  std::uint64_t n_temperatures = 1000; ///< values of beta after 0, evenly spaced up to 1
  std::uint64_t n_chains = 1000;       ///< independent chains; n >= 2
};

/// Two estimates of one ln Z. Annealing forwards tends to fall short of it, annealing back to exceed it (in
/// the mean of the logarithm, by Jensen's inequality), so they bracket it: where they differ by more than
/// their errors, take more temperatures.
struct LnZEstimate {
  double ln_z = 0;
  /// Standard error of ln_z, from the spread of the chains' weights and one large weight more than was seen; 0:
  /// exact.
  double error = 0;
  double back = 0; ///< annealed back from the machine to independent units
  double back_error = 0;
  double effective_chains = 0; ///< (sum w)^2 / sum w^2, forwards: about 1 where one chain outweighs all
};

/// Each chain starts in a random state (beta = 0, where Z = 2^(visible + hidden)), collects the ratio of
/// exp(-F(v; beta)) at each new beta, and makes one Gibbs step there: the mean of exp(ln w) is an unbiased
/// estimate of Z / Z(0). It then rests at beta = 1 for a tenth as many steps and ten more and is annealed
/// back, which gives Z(0) / Z as a mean over states of the machine. The chains' states are such if each counts
/// by the weight of its way up, and so do their ways back.
/// A step anneals a block of chains on each rank. The result has the same bits for every rank
/// count; all members are collective. `draws` is split into sequences, two a Gibbs step;
/// memory a rank: a block of chains.
class Annealer final : public Stepper {
public:
  /// A step can take minutes where temperatures are many: it passes `safe_point` on its way, in a state that
  /// has the blocks finished before it.
  Annealer(const Machine& machine, const Annealing& annealing, const rng::Generator& draws,
           const mpi::Communicator& comm, SafePoint safe_point = {});

  bool done() const override { return next_ >= todo_.size(); }
  void advance() override;
  double work_done() const override { return static_cast<double>(blocks_.size() - todo_.size() + next_); }
  double work_total() const override { return static_cast<double>(blocks_.size()); }
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;

  /// When done().
  LnZEstimate estimate() const;

private:
  class Chains;
  /// ln weights of one block of chains, on the rank that annealed it (or on all, when loaded).
  struct Block {
    std::uint64_t is_done = 0;
    std::vector<double> forwards, back;
  };
  void anneal_block(std::size_t block);
  void stand_by() const;
  /// Gibbs steps at beta = 1, before the way back.
  std::uint64_t n_rests() const { return 10 + annealing_.n_temperatures / 10; }
  std::vector<Block> all_blocks() const;
  std::uint64_t n_chains(std::size_t block) const;

  GibbsSampler sampler_;
  std::size_t n_visible_, n_hidden_;
  Annealing annealing_;
  rng::Generator draws_;
  const mpi::Communicator& comm_;
  SafePoint safe_point_;
  std::vector<Block> blocks_;
  std::vector<std::size_t> todo_; ///< blocks nobody had annealed when this object was made or loaded
  std::size_t next_ = 0;          ///< place in todo_: the ranks take one each, in turn
};

/// Anneals to the end. Collective.
LnZEstimate anneal(const Machine& machine, const Annealing& annealing, const rng::Generator& draws,
                   const mpi::Communicator& comm);

} // namespace blockspin::rbm
