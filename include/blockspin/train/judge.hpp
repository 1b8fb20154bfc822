#pragma once
// How good a machine is while it is trained: on data it learns and data it does not, and
// by what it dreams up itself.

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rbm/sampling.hpp"
#include "blockspin/train/data.hpp"
#include "blockspin/train/settings.hpp"

namespace blockspin::train {

/// What is found of a machine. Free energies F(v) = -ln sum_h exp(-E(v, h)) are means over
/// configurations, in nats; without held-out data theirs is NaN. Energies and magnetisations read a unit
/// that is on as spin up, else down, and are per spin, J = 1; energies are NaN where no lattice is known
/// (machines further up a stack).
struct Judgement {
  double free_energy = 0;
  double free_energy_held_out = 0;
  double pseudo_likelihood = 0; ///< mean of sum_i ln p(v_i | all other units), nats
  double energy_data = 0;
  double energy_model = 0;
  double abs_magnetization_data = 0;
  double abs_magnetization_model = 0;

  /// What the machine prefers what it learned by: near 0 while it does not overfit.
  double free_energy_gap() const { return free_energy_held_out - free_energy; }
};

/// Visible states that chains of the model start from: this rank's, of chain `first` on.
struct ChainStarts {
  View<const float, 2> visible;
  std::uint64_t first = 0;
};

/// Judges machines by the same evenly spaced configurations every time: at most settings.judge.configurations
/// of the learned and as many of the held-out ones. Real-valued data (hidden probabilities) are judged by one
/// sample of them.
/// Pseudo-likelihood: of each configuration at most 16 evenly spaced units from a random one on, scaled up to
/// all units: exact for up to 16 units, else unbiased.
class Judge {
public:
  /// `held_out` may be null. Local.
  Judge(const mpi::Communicator& comm, const DataPart& learned, const DataPart* held_out,
        const Settings& settings);

  /// Where the model's chains start if nothing persists: at the judged configurations that are learned.
  ChainStarts data_starts() const { return {learned_.states.view(), learned_.first}; }
  /// Judges the machine of a sampler after so many epochs; chains take settings.judge.steps Gibbs steps from
  /// `starts`. The same bits for every number of ranks. Collective.
  Judgement operator()(const rbm::Machine& machine, const rbm::GibbsSampler& sampler,
                       const ChainStarts& starts, std::uint64_t epoch) const;

private:
  /// This rank's part of the judged configurations.
  struct Judged {
    std::uint64_t first = 0; ///< number among all judged ones
    Array<float, 2> states;  ///< [held here, units]
  };
  Judged choose(const DataPart& data, std::uint64_t sequence) const;
  void sample_if_real(const DataPart& data, std::uint64_t row, std::uint64_t sequence,
                      std::span<float> values) const;
  void judge_learned(const rbm::Machine& machine, std::uint64_t epoch, Judgement& found) const;
  double mean_held_out_free_energy(const rbm::Machine& machine) const;
  double pseudo_likelihood(const rbm::Machine& machine, std::span<const float> visible,
                           std::span<const double> fields, std::uint64_t start) const;
  Array<float, 2> run_chains(const rbm::GibbsSampler& sampler, const ChainStarts& starts,
                             std::uint64_t epoch) const;
  double mean_energy(View<const float, 2> states) const;
  double mean_abs_magnetization(View<const float, 2> states) const;
  /// Mean over the ranks' values in their order.
  double mean(const std::vector<double>& mine) const;

  const mpi::Communicator& comm_;
  rbm::Units units_;
  JudgeSettings settings_;
  rng::Generator draws_;
  std::size_t n_units_;
  std::vector<std::uint32_t> forward_; ///< [axis, site] the neighbour ahead; empty where no lattice is known
  double field_;
  Judged learned_, held_out_;
  bool has_held_out_;
};

} // namespace blockspin::train
