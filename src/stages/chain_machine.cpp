#include "blockspin/stages/chain_machine.hpp"

#include "blockspin/base/text.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/rg/chain_machine.hpp"
#include "blockspin/rg/decimation.hpp"
#include "blockspin/rg/ring_sampler.hpp"
#include "blockspin/train/trainer.hpp"

namespace blockspin::stages {
namespace {

/// Chains drawn between two safe points: some milliseconds.
constexpr std::uint64_t draws_at_a_time = 4096;

/// This rank's part of exact configurations of a chain, packed. Collective.
train::DataPart chain_data(campaign::Context& context, const ChainMachineDeck& deck, double coupling,
                           const rng::Generator& random) {
  const mpi::Communicator& comm = context.comm();
  const mpi::Range mine = mpi::block_range(deck.configurations, comm.rank(), comm.size());
  train::DataPart data{train::RowFormat::bits, deck.sites, deck.configurations,
                       Array<std::uint8_t, 2>({mine.size(), packed_bytes(deck.sites)})};
  const rg::RingSampler sampler(coupling, deck.sites, random);
  std::vector<std::int8_t> spins(deck.sites);
  std::vector<float> values(deck.sites);
  const std::uint64_t most = mpi::block_range(deck.configurations, 0, comm.size()).size(); // of any rank
  for (std::uint64_t i = 0; i < most; ++i) {
    if (i % draws_at_a_time == 0) context.safe_point();
    if (i >= mine.size()) break;
    sampler.draw(mine.first + i, spins);
    std::copy(spins.begin(), spins.end(), values.begin());
    pack(values, data.bytes.row(i));
  }
  return data;
}

train::Settings settings_of(const ChainMachineDeck& deck, std::uint64_t seed, const std::string& instance) {
  train::Settings settings;
  settings.n_hidden = deck.sites;
  settings.bias = false;
  settings.gibbs_steps = deck.gibbs_steps;
  settings.update.learning_rate = deck.learning_rate;
  settings.update.momentum = deck.momentum;
  settings.update.l1 = deck.l1;
  settings.update.l1_scaling = train::L1Scaling::times_learning_rate;
  settings.update.schedule =
      train::Schedule::linear; // to zero, so that the last weights are averages, not draws
  settings.update.schedule_epochs = deck.epochs;
  settings.batch = deck.batch;
  settings.epochs = deck.epochs;
  settings.initial_std = deck.initial_std;
  settings.seed = seed;
  settings.instance = rng::instance_number(instance);
  return settings;
}

/// What all repeats at one coupling found.
struct Findings {
  std::vector<double> weight, other_coupling, kl_divergence;
  std::vector<rg::Estimated> coupling;

  void add(const rg::ChainMachine& machine) {
    weight.insert(weight.end(), machine.weight.begin(), machine.weight.end());
    coupling.push_back(machine.coupling);
    other_coupling.push_back(machine.other_coupling);
    kl_divergence.push_back(machine.kl_divergence);
  }
};

/// The repeats share their data, so their errors are not independent: the mean of the errors, not less.
rg::Estimated mean_of(const std::vector<rg::Estimated>& repeats) {
  rg::Estimated mean;
  for (const rg::Estimated& repeat : repeats) {
    mean.value += repeat.value / static_cast<double>(repeats.size());
    mean.error += repeat.error / static_cast<double>(repeats.size());
  }
  return mean;
}

void write_findings(archive::StageWriter& writer, const std::vector<double>& couplings,
                    const std::vector<Findings>& all) {
  const std::uint64_t n = couplings.size(), n_repeats = all.front().coupling.size();
  std::vector<double> exact, weight, weight_error, learned, learned_error, other, divergence;
  std::vector<std::uint64_t> count;
  for (std::size_t k = 0; k < n; ++k) {
    exact.push_back(rg::undecimated_coupling(couplings[k]));
    const rg::Estimated w = rg::mean_and_error(all[k].weight), j = mean_of(all[k].coupling);
    weight.push_back(w.value);
    weight_error.push_back(w.error);
    count.push_back(all[k].weight.size());
    learned.push_back(j.value);
    learned_error.push_back(j.error);
    other.insert(other.end(), all[k].other_coupling.begin(), all[k].other_coupling.end());
    divergence.insert(divergence.end(), all[k].kl_divergence.begin(), all[k].kl_divergence.end());
  }
  writer.write_list("coupling", couplings);
  writer.write_list("exact_weight", exact);
  writer.write_list("weight/mean", weight);
  writer.write_list("weight/error", weight_error);
  writer.write_list("weight/count", count);
  writer.write_list("learned_coupling/mean", learned);
  writer.write_list("learned_coupling/error", learned_error);
  writer.write_replicated("other_coupling", {n, n_repeats}, std::span<const double>(other));
  writer.write_replicated("kl_divergence", {n, n_repeats}, std::span<const double>(divergence));
}

} // namespace

const deck::Schema<ChainMachineDeck>& ChainMachineStage::schema() {
  using namespace deck;
  using D = ChainMachineDeck;
  static const Schema<D> schema =
      Schema<D>(
          "chain_machine", "machines trained on Ising chains, against the weights of exact decimation",
          field("couplings", &D::couplings, "couplings K' = J/(k_B T) of the chains")
              .required()
              .check(between(0.01, 2)),
          field("sites", &D::sites, "spins of the periodic chain, and hidden spins").check(between(4, 16)),
          field("configurations", &D::configurations, "exact, independent configurations of each chain")
              .check(between(100, 1e8)),
          field("repeats", &D::repeats, "trainings of each chain, on the same data").check(between(1, 100)),
          field("epochs", &D::epochs, "epochs of each training").check(between(1, 1e9)),
          field("learning_rate", &D::learning_rate, "learning rate, falling to zero").check(above(0)),
          field("momentum", &D::momentum, "momentum").check(from_below(0, 1)),
          field("batch", &D::batch, "configurations of a minibatch").check(between(1, 1 << 20)),
          field("gibbs_steps", &D::gibbs_steps, "Gibbs steps of contrastive divergence")
              .check(between(1, 100000)),
          field("l1", &D::l1, "L1, times the learning rate").check(at_least(0)),
          field("initial_std", &D::initial_std, "spread of the initial weights").check(above(0)))
          .rule("batch", [](const Resolved<D>& all) {
            return all.deck.batch <= all.deck.configurations ? std::string()
                                                             : "is more than the configurations";
          });
  return schema;
}

campaign::Estimate ChainMachineStage::estimate(const campaign::Plan&, int n_ranks) const {
  campaign::Estimate estimate;
  const double samples = static_cast<double>(deck().configurations * deck().epochs * deck().repeats) *
                         static_cast<double>(deck().couplings.size());
  estimate.memory_per_rank = 20e6;
  estimate.work = samples;
  estimate.work_unit = "samples";
  estimate.seconds = samples / 1.5e6 * static_cast<double>(deck().gibbs_steps);
  estimate.layout = "each minibatch over " + counted(static_cast<std::uint64_t>(n_ranks), "rank");
  return estimate;
}

void ChainMachineStage::run(campaign::Context& context) {
  std::vector<Findings> all(deck().couplings.size());
  for (std::size_t k = 0; k < all.size(); ++k) {
    const std::string chain = label() + ".chain_" + std::to_string(k);
    const rng::Generator random = context.random(rng::StreamId::rg_sample, chain);
    const train::DataPart data = chain_data(context, deck(), deck().couplings[k], random);
    for (std::uint64_t repeat = 0; repeat < deck().repeats; ++repeat) {
      const std::string name = chain + ".repeat_" + std::to_string(repeat);
      train::Trainer trainer(context.comm(), data, settings_of(deck(), context.seed(), name));
      context.run_stepper(trainer, name);
      context.safe_point();
      all[k].add(rg::examine_chain_machine(trainer.machine(), deck().couplings[k]));
    }
  }
  archive::StageWriter writer = context.begin_writing();
  write_findings(writer, deck().couplings, all);
  writer.commit();
}

std::vector<rng::StreamId> ChainMachineStage::streams() {
  using enum rng::StreamId;
  return {rg_sample, rbm_initial, rbm_shuffle, rbm_hidden, rbm_visible, rbm_swap, rbm_persistent, rbm_judge};
}

std::vector<archive::Row> ChainMachineStage::rows() {
  using enum ElementType;
  const archive::Axis coupling{"coupling", "coupling"};
  const archive::Axis repeat{"repeat", ""};
  return {
      {"coupling", f64, {coupling}, "1", "coupling K' = J/(k_B T) of the sampled chains"},
      {"exact_weight",
       f64,
       {coupling},
       "1",
       "(1/2) arccosh exp 2K': weight of the exact machine, one hidden spin a bond"},
      {"weight/mean",
       f64,
       {coupling},
       "1",
       "mean |w| of bonds held by one unit alone, all repeats; NaN where there are none"},
      {"weight/error", f64, {coupling}, "1", "its standard error over those bonds"},
      {"weight/count", u64, {coupling}, "1", "number of bonds held by one unit alone, all repeats"},
      {"learned_coupling/mean",
       f64,
       {coupling},
       "1",
       "nearest neighbour coupling of H_RBM[v], mean over repeats; exact is K'"},
      {"learned_coupling/error", f64, {coupling}, "1", "its standard error over bonds and repeats"},
      {"other_coupling", f64, {coupling, repeat}, "1", "largest other coupling of H_RBM[v], in size"},
      {"kl_divergence",
       f64,
       {coupling, repeat},
       "1",
       "D_KL(chain || machine) of the whole chain in nats, exact"},
  };
}

} // namespace blockspin::stages
