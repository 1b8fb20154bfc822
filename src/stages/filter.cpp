#include "blockspin/stages/filter.hpp"

#include <cmath>

#include "blocked_ensemble.hpp"
#include "blockspin/base/log.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/stages/rbm.hpp"
#include "history.hpp"

namespace blockspin::stages {

namespace {

/// This rank's part of all configurations. Collective.
train::DataPart read_part(const campaign::Context& context, const StoredEnsemble& sample) {
  std::vector<std::size_t> temperatures(sample.temperature.size());
  for (std::size_t t = 0; t < temperatures.size(); ++t) temperatures[t] = t;
  const std::uint64_t n_rows = temperatures.size() * sample.n_configurations;
  const auto held = mpi::block_range(n_rows, context.comm().rank(), context.comm().size());
  return {train::RowFormat::bits, sample.n_sites, n_rows,
          read_configurations(context.archive(), sample, temperatures, held)};
}

void write_filter(archive::StageWriter& writer, const ising::BlockFilter& filter) {
  std::vector<std::uint64_t> extents(3, 1);
  for (int axis = 0; axis < filter.n_dimensions; ++axis)
    extents[static_cast<std::size_t>(2 - axis)] = filter.side;
  writer.write_replicated("weights", extents, std::span(filter.weights));
  writer.write_scalar("visible_bias", filter.visible_bias);
  writer.write_scalar("hidden_bias", filter.hidden_bias);
}

} // namespace

const deck::Schema<FilterDeck>& FilterStage::schema() {
  using namespace deck;
  using D = FilterDeck;
  static const auto schema =
      Schema<D>(
          "filter",
          "trains a translation-invariant machine, one filter for all blocks of a lattice; its hidden spins are an "
          "ensemble, which the next filter can learn",
          field("sample", &D::sample,
                "the ensemble it learns, of all temperatures; another [filter]: its hidden spins")
              .refers_to(an_ensemble),
          field("side", &D::side, "of the filter, in sites, on every axis").check(between(1, 64)),
          field("stride", &D::stride, "between the filter's places, the side of a block")
              .check(between(2, 3)),
          field(
              "bias", &D::bias,
              "whether both layers have a bias, which is odd if all spins are turned over; off: the machine is even"),
          field(
              "algorithm", &D::algorithm,
              "where the negative phase comes from: k Gibbs steps from the data (cd), or chains that persist "
              "between updates (pcd)"),
          field("gibbs_steps", &D::gibbs_steps, "Gibbs steps k an update").check(between(1, 100000)),
          field("optimiser", &D::optimiser, "from gradient to step"),
          field("learning_rate", &D::learning_rate,
                "step per gradient, which is that of ln p(v) a hidden spin; adam: the step's size")
              .check(above(0)),
          field("momentum", &D::momentum, "share of the last step that is kept; sgd only")
              .check(from_below(0, 1)),
          field("batch", &D::batch, "configurations an update, and persistent chains")
              .check(between(1, 1 << 20)),
          field("epochs", &D::epochs, "passes over the ensemble").check(at_least(1)).may_grow(),
          field("initial_std", &D::initial_std, "standard deviation of the random initial weights")
              .check(above(0)),
          field("weight_limit", &D::weight_limit,
                "a parameter beyond it stops the training as diverged (exit code 5)")
              .check(above(0)),
          field("seeds", &D::seeds, "so many filters, each with random numbers of its own")
              .check(between(1, 1000))
              .counts_copies("s"))
          .rule("momentum", [](const Resolved<D>& resolved) {
            const D& d = resolved.deck;
            return d.optimiser == train::OptimiserKind::adam && d.momentum != 0.0
                       ? std::string("is set, but adam has moments of its own")
                       : std::string();
          });
  return schema;
}

std::vector<archive::Row> FilterStage::rows() {
  using enum ElementType;
  std::vector<archive::Row> rows = blocked_rows();
  rows.push_back(
      {"weights",
       f32,
       {{"plane", ""}, {"row", ""}, {"column", ""}},
       "1",
       "weights W of E(v,h) = -sum_j h_j sum_d W_d v_(j,d) - b sum v - c sum h, by place d in the window "
       "around block j; one plane in two dimensions; their sum is not negative"});
  rows.push_back({"visible_bias", f32, {}, "1", "bias b of all spins of the lattice"});
  rows.push_back({"hidden_bias", f32, {}, "1", "bias c of all hidden spins"});
  add_history(rows, "history", "epoch", "training");
  return rows;
}

std::vector<rng::StreamId> FilterStage::streams() {
  using enum rng::StreamId;
  return {rbm_initial, rbm_shuffle, rbm_hidden, rbm_visible, rbm_persistent, block_tie};
}

EnsembleInfo FilterStage::ensemble_info(const campaign::Plan& plan) const {
  return blocked_info(find_ensemble(plan, deck().sample).value_or(EnsembleInfo{}), group(), deck().stride, 1);
}

FilterInfo FilterStage::filter_info(const campaign::Plan& plan) const {
  const EnsembleInfo learned = find_ensemble(plan, deck().sample).value_or(EnsembleInfo{});
  return {group(),     deck().sample, static_cast<int>(learned.lattice.size()),
          deck().side, deck().stride, deck().bias};
}

void FilterStage::check(const campaign::Plan& plan, const campaign::Complain& complain) const {
  const EnsembleInfo fine = ensemble_of(plan, deck().sample);
  if (!check_lattice(fine.lattice, fine.group, "sample", complain)) return;
  const ising::RowLattice lattice(fine.lattice);
  const std::string name = deck::extents_text({fine.lattice});
  const std::uint64_t shortest = *std::ranges::min_element(fine.lattice);
  if (most_levels(lattice, deck().stride, 3) == 0)
    complain("stride",
             "blocks of " + std::to_string(deck().stride) + " a side do not divide " + name +
                 ", or leave less than 3 a side",
             "2 or 3, whichever divides every side");
  if (deck().side > shortest)
    complain("side", "is larger than the lattice " + name, "at most " + std::to_string(shortest));
  const std::uint64_t n_rows = fine.n_classes() * fine.n_configurations;
  if (deck().batch > n_rows)
    complain("batch", "is larger than the data, " + std::to_string(n_rows) + " configurations",
             "at most " + std::to_string(n_rows));
}

campaign::Estimate FilterStage::estimate(const campaign::Plan& plan, int n_ranks) const {
  constexpr double program_bytes = 5e7, products_a_second = 4e9, units_a_second = 4e8, copies = 4;
  const EnsembleInfo fine = find_ensemble(plan, deck().sample).value_or(EnsembleInfo{}),
                     coarse = ensemble_info(plan);
  const auto rows = static_cast<double>(fine.n_classes() * fine.n_configurations);
  const auto sites = static_cast<double>(fine.n_sites), blocks = static_cast<double>(coarse.n_sites);
  const double terms = blocks * std::pow(deck().side, static_cast<double>(fine.lattice.size()));
  const double steps = static_cast<double>(deck().gibbs_steps);
  campaign::Estimate cost;
  cost.work = rows * static_cast<double>(deck().epochs);
  cost.work_unit = "samples";
  cost.seconds = cost.work * (terms * (4 + 2 * steps) / products_a_second +
                              (sites + blocks) * (1 + steps) / units_a_second);
  cost.archive_bytes = rows * (static_cast<double>(packed_bytes(coarse.n_sites)) + 8);
  cost.memory_per_rank = program_bytes + 16 * terms + rows / n_ranks * (copies * sites / 8 + 16) +
                         cost.archive_bytes / n_ranks +
                         std::ceil(static_cast<double>(deck().batch) / n_ranks) * (12 * sites + 12 * blocks);
  cost.layout = "each minibatch over " + counted(static_cast<std::uint64_t>(n_ranks), "rank");
  return cost;
}

train::FilterSettings FilterStage::settings(const campaign::Context& context) const {
  const FilterDeck& d = deck();
  train::FilterSettings settings;
  settings.side = d.side;
  settings.stride = d.stride;
  settings.bias = d.bias;
  settings.persistent = d.algorithm == FilterAlgorithm::pcd;
  settings.gibbs_steps = d.gibbs_steps;
  settings.update.optimiser = d.optimiser;
  settings.update.learning_rate = d.learning_rate;
  settings.update.momentum = d.momentum;
  settings.batch = d.batch;
  settings.epochs = d.epochs;
  settings.initial_std = d.initial_std;
  settings.weight_limit = d.weight_limit;
  settings.seed = context.seed();
  settings.instance = rng::instance_number(label());
  return settings;
}

void FilterStage::tell_divergence(const Error& error) const {
  const deck::Problem at = problem_at("learning_rate", {});
  throw_agreed(error.kind(),
               error.message() + "; a smaller learning_rate, initial_std or weight_limit helps (" +
                   at.place.text() + ": " + at.key + ")",
               label());
}

void FilterStage::run(campaign::Context& context) {
  const StoredEnsemble fine = open_ensemble(context, deck().sample);
  const ising::RowLattice lattice(fine.lattice);
  const train::DataPart data = read_part(context, fine);
  train::FilterTrainer trainer(context.comm(), data, lattice, settings(context));
  log::info(label() + ": a filter of " + std::to_string(deck().side) + " a side learns " +
            std::to_string(data.n_rows) + " configurations of " + fine.group);
  try {
    context.run_stepper(trainer);
  } catch (const Error& error) {
    if (!error.agreed() || error.kind() != ErrorKind::numerical) throw;
    tell_divergence(error);
  }
  const ising::BlockFilter filter = ising::oriented(trainer.filter());
  const BlockSpins hidden = block_ensemble(context, fine,
                                           {lattice,
                                            ising::BlockRule::filter,
                                            deck().stride,
                                            1,
                                            context.random(rng::StreamId::block_tie, label()),
                                            {filter}});
  archive::StageWriter writer = context.begin_writing();
  write_filter(writer, filter);
  write_history(writer, "history", trainer.history());
  write_blocked(writer, fine, hidden);
  writer.commit();
}

void FilterStage::check_state(std::size_t, StateSource& source, const std::vector<std::string>&) const {
  if (train::FilterTrainer::saved_epochs(source) > deck().epochs) refuse_as_beyond("epochs");
}

} // namespace blockspin::stages
