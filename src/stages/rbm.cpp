#include "blockspin/stages/rbm.hpp"

#include <algorithm>
#include <numeric>

#include "blockspin/stages/context.hpp"
#include "blockspin/stages/inputs.hpp"
#include "blockspin/train/trainer.hpp"

namespace blockspin::stages {

namespace {

std::string layer_path(std::size_t layer) { return "layer_" + std::to_string(layer); }

/// What a layer's training left.
struct TrainedLayer {
  rbm::Machine machine;
  std::vector<std::uint64_t> snapshot_epochs;
  std::vector<rbm::Machine> snapshots;
  std::vector<train::EpochRecord> history;
};

/// This rank's part of the configurations, packed as they stand. Collective.
train::DataPart read_data(const Context& context, const std::string& name,
                          const std::vector<std::size_t>& temperature_indices) {
  const StoredSample sample = find_sample(context.archive(), name);
  const std::uint64_t n_rows = temperature_indices.size() * sample.n_configurations;
  const auto held = mpi::block_range(n_rows, context.comm().rank(), context.comm().size());
  return {train::RowFormat::bits, context.model().n_sites(), n_rows,
          read_configurations(context.archive(), sample, temperature_indices, held)};
}

void write_machine(archive::StageWriter& writer, const std::string& path, const rbm::Machine& machine) {
  writer.write_replicated(path + "/weights", {machine.n_visible(), machine.n_hidden()},
                          machine.weights.flat());
  writer.write_replicated(path + "/visible_bias", {machine.n_visible()}, std::span(machine.visible_bias));
  writer.write_replicated(path + "/hidden_bias", {machine.n_hidden()}, std::span(machine.hidden_bias));
}

void write_history(archive::StageWriter& writer, const std::string& path,
                   const std::vector<train::EpochRecord>& history) {
  std::vector<std::uint64_t> epoch(history.size());
  std::iota(epoch.begin(), epoch.end(), 1);
  writer.write_replicated(path + "/epoch", {epoch.size()}, std::span<const std::uint64_t>(epoch));
  const auto write = [&](const char* name, double train::EpochRecord::*member) {
    std::vector<double> values;
    for (const auto& record : history) values.push_back(record.*member);
    writer.write_replicated(path + "/" + name, {values.size()}, std::span<const double>(values));
  };
  write("reconstruction_error", &train::EpochRecord::reconstruction_error);
  write("gradient_norm", &train::EpochRecord::gradient_norm);
  write("weight_norm", &train::EpochRecord::weight_norm);
  write("learning_rate", &train::EpochRecord::learning_rate);
}

void write_layer(archive::StageWriter& writer, std::size_t layer, const TrainedLayer& trained) {
  write_machine(writer, layer_path(layer), trained.machine);
  write_history(writer, layer == 1 ? "history" : layer_path(layer) + "/history", trained.history);
  for (std::size_t i = 0; i < trained.snapshots.size(); ++i)
    write_machine(writer, layer_path(layer) + "/snapshot_" + std::to_string(trained.snapshot_epochs[i]),
                  trained.snapshots[i]);
}

} // namespace

train::Settings RbmStage::settings(std::size_t number, std::uint64_t seed) const {
  const RbmDeck& d = layer(number);
  train::UpdateRule rule{
      d.optimiser,  d.learning_rate,   d.momentum,      d.l1, d.l1_scaling, d.l2, d.schedule,
      d.final_rate, d.schedule_epochs, d.learning_rates};
  train::Settings settings;
  settings.units = d.units;
  settings.n_hidden = d.hidden[number - 1];
  settings.bias = d.bias;
  settings.algorithm = d.algorithm;
  settings.gibbs_steps = d.gibbs_steps;
  settings.reconstruction = d.reconstruction;
  settings.update = rule;
  settings.batch = d.batch;
  settings.epochs = d.epochs;
  settings.initial_std = d.initial_std;
  settings.tempering_replicas = d.tempering_replicas;
  settings.tempering_beta = d.tempering_beta;
  settings.weight_limit = d.weight_limit;
  settings.snapshots = d.snapshots;
  settings.seed = seed;
  settings.instance = rng::instance_number(label() + "." + layer_path(number));
  return settings;
}

std::vector<std::size_t> RbmStage::temperature_indices(const std::vector<double>& sampled) const {
  std::vector<std::size_t> indices;
  if (!deck().temperatures) {
    indices.resize(sampled.size());
    std::iota(indices.begin(), indices.end(), 0);
    return indices;
  }
  for (const double wanted : deck().temperatures->values)
    indices.push_back(deck::find_temperature(sampled, wanted));
  return indices;
}

void RbmStage::check(const Plan& plan, const Complain& complain) const {
  const std::string group = "/sample/" + deck().sample;
  const auto sampled = plan.value_as<deck::Temperatures>(group, "temperatures");
  if (!sampled) return;
  const auto indices = temperature_indices(sampled->values);
  for (std::size_t i = 0; i < indices.size(); ++i)
    if (indices[i] == sampled->values.size())
      complain("temperatures",
               "sample " + deck().sample + " lacks " + format_number(deck().temperatures->values[i]),
               deck::Codec<deck::Temperatures>::text(*sampled));
  const std::uint64_t rows =
      indices.size() * plan.value_as<std::uint64_t>(group, "configurations").value_or(0);
  for (std::size_t k = 1; k <= deck().hidden.size(); ++k)
    if (rows > 0 && layer(k).batch > rows)
      complain("batch", "is larger than the data, " + std::to_string(rows) + " configurations",
               "at most " + std::to_string(rows));
}

Estimate RbmStage::estimate(const Plan& plan, int n_ranks) const {
  const std::string group = "/sample/" + deck().sample;
  const auto sampled =
      plan.value_as<deck::Temperatures>(group, "temperatures").value_or(deck::Temperatures{});
  const auto rows = static_cast<double>(temperature_indices(sampled.values).size() *
                                        plan.value_as<std::uint64_t>(group, "configurations").value_or(0));
  const double products_a_second = 5e10, ranks = n_ranks;
  Estimate estimate;
  estimate.work_unit = "samples";
  estimate.layout = "each minibatch over " + std::to_string(n_ranks) + " ranks";
  auto below = static_cast<double>(plan.model.n_sites());
  for (std::size_t k = 1; k <= deck().hidden.size(); ++k) {
    const RbmDeck& d = layer(k);
    const auto units = static_cast<double>(deck().hidden[k - 1]), weights = below * units;
    const auto batch = static_cast<double>(d.batch) / ranks;
    estimate.archive_bytes += 4 * weights * (1 + static_cast<double>(d.snapshots.size()));
    estimate.work += rows * static_cast<double>(d.epochs);
    estimate.seconds += rows * static_cast<double>(d.epochs) * weights *
                        (3 + 2 * static_cast<double>(d.gibbs_steps)) / products_a_second;
    estimate.memory_per_rank =
        std::max(estimate.memory_per_rank, 24 * weights + 8 * batch * (below + 2 * units) +
                                               2 * rows / ranks * below / (k == 1 ? 8 : 0.25));
    below = units;
  }
  return estimate;
}

void RbmStage::run(Context& context) {
  train::DataPart data = read_data(
      context, deck().sample,
      temperature_indices(context.archive().read_all<double>("/sample/" + deck().sample + "/temperature")));
  const auto held = mpi::block_range(data.n_rows, context.comm().rank(), context.comm().size());
  std::vector<TrainedLayer> layers;
  std::string below; // a layer's checkpoints are those above layers trained so long
  for (std::size_t k = 1; k <= deck().hidden.size(); ++k) {
    const train::Settings settings = this->settings(k, context.seed());
    train::Trainer trainer(context.comm(), data, settings);
    context.run_stepper(trainer,
                        deck().hidden.size() == 1 ? std::string() : "layer " + std::to_string(k) + below);
    layers.push_back({trainer.machine(), settings.snapshots, trainer.snapshots(), trainer.history()});
    below += (k == 1 ? " above " : ", ") + std::to_string(settings.epochs);
    if (k == deck().hidden.size()) break;
    const rng::Generator draws(settings.seed, rng::StreamId::rbm_hidden,
                               rng::instance_number(label() + "." + layer_path(k) + ".data"));
    data = train::hidden_data(data, held.first, layers.back().machine, deck().stack_input, draws);
  }
  archive::StageWriter writer = context.begin_writing();
  for (std::size_t k = 1; k <= layers.size(); ++k) write_layer(writer, k, layers[k - 1]);
  writer.commit();
}

} // namespace blockspin::stages
