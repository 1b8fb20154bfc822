#include "blockspin/stages/rbm.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "blockspin/base/log.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/campaign/side_by_side.hpp"
#include "blockspin/train/trainer.hpp"

namespace blockspin::stages {

namespace {

/// This rank's part, among those of a group, of the configurations `each` of the sample's temperatures.
/// Collective over all ranks.
train::DataPart read_part(const campaign::Context& context, const StoredEnsemble& sample,
                          const std::vector<std::size_t>& temperature_indices, mpi::Range each,
                          const mpi::Communicator& group, train::Control control) {
  const std::uint64_t n_rows = temperature_indices.size() * each.size();
  const auto held = mpi::block_range(n_rows, group.rank(), group.size());
  train::DataPart part{train::RowFormat::bits, sample.n_sites, n_rows,
                       read_configurations(context.archive(), sample, temperature_indices, each, held)};
  // Of the sample, not of the machine: all machines that ask for a control learn the same one.
  const rng::Generator random = context.random(rng::StreamId::rbm_control, sample.group);
  for (std::uint64_t i = 0; i < held.size(); ++i) {
    const std::uint64_t row = held.first + i;
    const train::ConfigurationId id{temperature_indices[row / each.size()], each.first + row % each.size()};
    train::apply_control(control, random, id, part.n_units, part.bytes.row(i));
  }
  return part;
}

/// What the next layer learns of this rank's part of the data.
train::DataPart part_above(const train::DataPart& part, const mpi::Communicator& comm,
                           const rbm::Machine& machine, train::StackInput input,
                           const rng::Generator& draws) {
  const auto held = mpi::block_range(part.n_rows, comm.rank(), comm.size());
  return train::hidden_data(part, held.first, machine, input, draws);
}

struct LayerCost {
  double data_bytes = 0; ///< of one rank: its rows, those of the epoch, and the exchange between them
  double state_bytes =
      0; ///< of one rank: parameters, moments, gradient, rows of one batch, persistent chains
  double archive_bytes = 0;
  double seconds = 0;
};

LayerCost layer_cost(const RbmDeck& deck, std::uint64_t n_visible, std::uint64_t n_hidden, double n_rows,
                     double ranks, bool real) {
  constexpr double products_a_second = 5e10, units_a_second = 1e9, copies = 4, bytes_of_route = 16;
  const auto units = static_cast<double>(n_visible + n_hidden);
  const double weights = static_cast<double>(n_visible) * static_cast<double>(n_hidden);
  const double machines = 1 + static_cast<double>(deck.snapshots.size()) +
                          (deck.trajectory > 0 ? static_cast<double>(likely_checkpoints) : 0);
  const auto row = static_cast<double>(
      train::row_bytes(real ? train::RowFormat::floats : train::RowFormat::bits, n_visible));
  const bool persists = deck.algorithm != train::Algorithm::cd,
             tempers = deck.algorithm == train::Algorithm::pt;
  const double replicas = tempers ? static_cast<double>(deck.tempering_replicas) : 1;
  const double chain_steps = static_cast<double>(deck.gibbs_steps) * replicas;
  // Of data: to hidden units, and two for the gradient; of chains: there and back, of persistent ones to
  // hidden units once more; of every replica, to decide on exchanges.
  const double products = 3 + 2 * chain_steps + (persists ? 1 : 0) + (tempers ? replicas : 0);
  LayerCost cost;
  cost.data_bytes = n_rows / ranks * (copies * row + bytes_of_route);
  cost.state_bytes = (24 + 4 * machines) * weights + 12 * static_cast<double>(deck.batch) / ranks * units;
  if (persists)
    cost.state_bytes += 4 * static_cast<double>(deck.batch) / ranks *
                        (replicas * static_cast<double>(n_visible) + 3 * static_cast<double>(n_hidden));
  cost.archive_bytes = 4 * weights * machines;
  cost.seconds = n_rows * static_cast<double>(deck.epochs) *
                 (weights * products / products_a_second + units * (1 + chain_steps) / units_a_second);
  return cost;
}

} // namespace

train::UpdateRule update_rule(const RbmDeck& d) {
  return {d.optimiser,  d.learning_rate,   d.momentum,      d.l1, d.l1_scaling, d.l2, d.schedule,
          d.final_rate, d.schedule_epochs, d.learning_rates};
}

train::Settings RbmStage::changing_settings(std::size_t number) const {
  const RbmDeck& d = layer(number);
  train::Settings settings;
  settings.update = update_rule(d);
  settings.epochs = d.epochs;
  settings.weight_limit = d.weight_limit;
  settings.snapshots = d.snapshots;
  settings.judge = {d.judge_interval, d.judge_configurations, d.judge_steps, {}, 0.0};
  return settings;
}

train::Settings RbmStage::settings(std::size_t number, const EnsembleInfo& info,
                                   const campaign::Context& context) const {
  const RbmDeck& d = layer(number);
  train::Settings settings = changing_settings(number);
  settings.units = d.units;
  settings.n_hidden = d.hidden[number - 1];
  settings.bias = d.bias;
  settings.centred = d.centred;
  settings.algorithm = d.algorithm;
  settings.gibbs_steps = d.gibbs_steps;
  settings.reconstruction = d.reconstruction;
  settings.precision = d.precision.value_or(automatic_precision(number));
  settings.batch = d.batch;
  settings.initial_std = d.initial_std;
  settings.tempering_replicas = d.tempering_replicas;
  settings.tempering_beta = d.tempering_beta;
  if (info.model) settings.judge.field = info.model->field;
  if (info.model && number == 1) settings.judge.lattice = info.lattice;
  settings.trajectory = {d.trajectory,
                         rng::instance_number(label() + "." + layer_path(number) + ".trajectory")};
  settings.seed = context.seed();
  settings.instance = rng::instance_number(label() + "." + layer_path(number));
  return settings;
}

rbm::Precision RbmStage::automatic_precision(std::size_t number) const {
  const bool rounds = rbm::has_matrix_units() && real_visible_units(resolved(), number).empty();
  return rounds ? rbm::Precision::bfloat16_two_terms : rbm::Precision::float32;
}

std::vector<std::size_t> RbmStage::temperature_indices(const EnsembleInfo& info) const {
  std::vector<std::size_t> indices;
  if (!deck().temperatures || !info.temperatures) {
    indices.resize(info.n_classes());
    std::iota(indices.begin(), indices.end(), 0);
    return indices;
  }
  for (const double wanted : deck().temperatures->values)
    indices.push_back(deck::find_temperature(info.temperatures->values, wanted));
  return indices;
}

std::optional<campaign::ModelDeck> RbmStage::model(const campaign::Plan& plan) const {
  if (plan.find(group()) != this) return plan.model_of(*this, "");
  const auto info = find_ensemble(plan, deck().sample);
  return info ? info->model : std::nullopt;
}

MachineInfo RbmStage::machine_info(const campaign::Plan& plan) const {
  MachineInfo info;
  info.group = group();
  info.sample = deck().sample;
  info.units = deck().units;
  info.hidden = deck().hidden;
  info.model = model(plan);
  info.snapshots = deck().snapshots;
  info.has_trajectory = deck().trajectory > 0;
  info.n_epochs = deck().epochs;
  info.temperatures = deck().temperatures;
  info.held_out = deck().held_out;
  info.has_biases = deck().bias;
  const auto learned = find_ensemble(plan, deck().sample);
  if (learned) info.lattice = learned->lattice;
  if (learned) info.n_visible = learned->n_sites;
  if (info.model) { // its own where the deck has given the ensemble another since
    info.lattice = info.model->lattice.values;
    info.n_visible = info.model->n_sites();
  }
  return info;
}

void RbmStage::check(const campaign::Plan& plan, const campaign::Complain& complain) const {
  const EnsembleInfo info = ensemble_of(plan, deck().sample);
  if (deck().temperatures) check_temperatures(info, deck().temperatures->values, "temperatures", complain);
  const auto indices = temperature_indices(info);
  const std::uint64_t configurations = info.n_configurations;
  if (deck().held_out > 0.0 && n_learned(configurations) == configurations)
    complain("held_out", "of " + std::to_string(configurations) + " configurations a temperature is none",
             "0, or at least " + format_number(1.0 / static_cast<double>(configurations)));
  const std::uint64_t rows = indices.size() * n_learned(configurations);
  for (std::size_t k = 1; k <= deck().hidden.size(); ++k)
    if (layer(k).batch > rows)
      complain("batch", "is larger than the data, " + std::to_string(rows) + " configurations",
               "at most " + std::to_string(rows));
  check_start(plan, info, complain);
}

std::uint64_t RbmStage::n_learned(std::uint64_t n_configurations) const {
  MachineInfo info;
  info.held_out = deck().held_out;
  return info.n_learned(n_configurations);
}

campaign::Estimate RbmStage::estimate(const campaign::Plan& plan, int n_ranks) const {
  const EnsembleInfo info = find_ensemble(plan, deck().sample).value_or(EnsembleInfo{});
  const auto rows = static_cast<double>(temperature_indices(info).size() * n_learned(info.n_configurations));
  const int groups = campaign::n_groups(plan, std::max<std::size_t>(1, plan.n_instances(*this)), n_ranks);
  const double ranks = n_ranks / groups; // of the smallest group
  campaign::Estimate estimate;
  estimate.work_unit = "samples";
  double data_bytes = 0;
  std::uint64_t below = info.n_sites;
  for (std::size_t k = 1; k <= deck().hidden.size(); ++k) {
    const LayerCost cost = layer_cost(layer(k), below, deck().hidden[k - 1], rows, ranks,
                                      k > 1 && deck().stack_input == train::StackInput::probabilities);
    estimate.archive_bytes += cost.archive_bytes;
    estimate.work += rows * static_cast<double>(layer(k).epochs);
    estimate.seconds += cost.seconds;
    estimate.memory_per_rank = std::max(estimate.memory_per_rank, cost.data_bytes + cost.state_bytes);
    data_bytes = std::max(data_bytes, cost.data_bytes);
    below = deck().hidden[k - 1];
  }
  estimate.layout = (groups == 1 ? "" : std::to_string(groups) + " groups, ") + "each minibatch over " +
                    counted(static_cast<std::uint64_t>(n_ranks / groups), "rank") + ", " +
                    format_bytes(data_bytes) + " of data a rank";
  return estimate;
}

void RbmStage::run(campaign::Context& context) {
  for (std::size_t k = 1; k <= deck().hidden.size(); ++k)
    record_precision(context, k, automatic_precision(k));
  read(context, context.comm());
  try {
    work(context);
  } catch (const Error& error) {
    if (error.agreed() && result_.divergence) write(context, 0);
    throw;
  }
  write(context, 0);
}

void RbmStage::read(campaign::Context& context, const mpi::Communicator& group) {
  const StoredEnsemble sample = open_ensemble(context, deck().sample);
  read_start(context);
  const auto indices = temperature_indices(sample);
  const std::uint64_t learned = n_learned(sample.n_configurations);
  input_ = std::make_shared<const Input>(
      Input{sample, read_part(context, sample, indices, {0, learned}, group, deck().control),
            read_part(context, sample, indices, {learned, sample.n_configurations}, group, deck().control)});
}

void RbmStage::share_input(const campaign::Stage& sibling) {
  const auto& other = dynamic_cast<const RbmStage&>(sibling);
  input_ = other.input_;
  start_ = other.start_;
}

RbmStage::Input RbmStage::input_above(const Input& input, std::size_t number,
                                      const campaign::Context& context) const {
  const auto draws = [&](const char* which) {
    return context.random(rng::StreamId::rbm_hidden, label() + "." + layer_path(number) + which);
  };
  const auto& machine = result_.layers.back().machine;
  return {input.ensemble,
          part_above(input.learned, context.comm(), machine, deck().stack_input, draws(".data")),
          part_above(input.held_out, context.comm(), machine, deck().stack_input, draws(".held_out"))};
}

void RbmStage::work(campaign::Context& context) {
  const std::shared_ptr<const Input> lattice_input = std::move(input_);
  Input above;
  const Input* input = lattice_input.get();
  for (std::size_t k = 1; k <= deck().hidden.size(); ++k) {
    train_layer(k, *input, context);
    if (k == deck().hidden.size()) break;
    above = input_above(*input, k, context);
    input = &above;
  }
}

void RbmStage::train_layer(std::size_t number, const Input& input, campaign::Context& context) {
  const train::Settings settings = this->settings(number, input.ensemble, context);
  const bool has_held_out = input.held_out.n_rows > 0;
  const rbm::Machine* const start = start_->empty() ? nullptr : &start_->at(number - 1);
  train::Trainer trainer(context.comm(), input.learned, settings, &input.held_out, start);
  try {
    context.run_stepper(trainer, parts()[number - 1].name);
  } catch (const Error& error) {
    if (!trainer.divergence()) throw;
    result_.divergence = trainer.divergence();
    result_.layers.push_back(trained_layer(trainer, settings, has_held_out));
    throw_agreed(error.kind(), divergence_text(number, error.message()), label());
  }
  result_.layers.push_back(trained_layer(trainer, settings, has_held_out));
}

std::string RbmStage::divergence_text(std::size_t number, const std::string& what) const {
  const RbmDeck& d = layer(number);
  const std::string key = d.schedule == train::Schedule::list ? "learning_rates" : "learning_rate";
  const std::string own = layer_path(number) + "." + key;
  const deck::Problem at = problem_at(section().find(own) != nullptr ? own : key, {});
  return (deck().hidden.size() > 1 ? "layer " + std::to_string(number) + ", " : "") +
         counted(d.hidden[number - 1], "hidden unit") + ": " + what + "; a smaller " + key + " helps (" +
         at.place.text() + ": " + at.key + ")";
}

void RbmStage::record_precision(campaign::Context& context, std::size_t number,
                                rbm::Precision precision) const {
  if (!layer(number).precision)
    context.resolve((number == 1 ? "" : layer_path(number) + ".") + "precision",
                    deck::Codec<rbm::Precision>::text(precision));
}

void RbmStage::record_choices(campaign::Context& context, const RbmResult& result) const {
  for (std::size_t k = 1; k <= result.layers.size(); ++k)
    record_precision(context, k, result.layers[k - 1].precision);
}

void RbmStage::write(campaign::Context& context, int owner) {
  input_.reset(); // of ranks that did not work at this instance
  start_.reset();
  broadcast(result_, context.comm(), owner);
  const RbmResult result = std::exchange(result_, {});
  if (!result.divergence && result.layers.size() < deck().hidden.size()) return; // failed, nothing to keep
  const auto before = context.archive().group(group());
  if (result.divergence && before && before->status == "complete")
    return log::info(label() + ": the archive keeps its shorter training");
  record_choices(context, result);
  archive::StageWriter writer = context.begin_writing();
  stages::write(writer, result);
  if (!result.divergence) {
    writer.commit();
    return;
  }
  // They lead nowhere else; with another learning rate the stage begins anew. First,
  // so that no kill leaves them.
  context.remove_checkpoints();
  writer.commit_partial();
}

} // namespace blockspin::stages
