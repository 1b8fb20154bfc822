#include "blockspin/stages/relevance.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "blockspin/analysis/stack_controls.hpp"
#include "blockspin/base/log.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "relevance_write.hpp"

namespace blockspin::stages {

namespace {

constexpr std::uint64_t least_configurations = 8;
/// Sums over the half that is learnt are exact up to 2^28 configurations (rg/hidden_modes.hpp).
constexpr std::uint64_t most_configurations = std::uint64_t{1} << 29;

/// Whether the configurations are of the square lattice at its critical point, where the normal is known.
bool is_critical(const EnsembleInfo& sample, double temperature) {
  return sample.model && sample.model->field == 0 && sample.lattice.size() == 2 &&
         deck::find_temperature({ising::exact::critical_temperature}, temperature) == 0;
}

} // namespace

const deck::Schema<RelevanceDeck>& RelevanceStage::schema() {
  using namespace deck;
  using D = RelevanceDeck;
  static const Schema<D> schema(
      "relevance",
      "the normal of the critical manifold as seen through every layer of a machine: which layers see relevant "
      "directions alone, as block spins do",
      field("rbm", &D::rbm, "the machine, or stack of machines").required().refers_to(a_machine),
      field(
          "sample", &D::sample,
          "configurations, best ones that the machine has not learnt; the first half decides what is measured, the "
          "second half is measured; auto: the machine's own sample")
          .refers_to(an_ensemble),
      field("temperature", &D::temperature,
            "which of the sample's; auto: the critical one, exact in two dimensions, 4.511523 in three")
          .unit("J/k_B"),
      field("modes", &D::modes, "principal modes of each layer, those with the largest variance")
          .check(between(1, 64)),
      field(
          "dynamics", &D::dynamics,
          "whether a layer hands sampled values of its units on to the next, or their means; the units of the "
          "layer that is measured are always averaged over exactly"),
      field("epoch", &D::epoch, "the machine's snapshot after so many epochs; auto: as its training left it")
          .unit("epochs"),
      field("epoch_scan", &D::epoch_scan, "instead of epoch: each of these snapshots")
          .default_text("none")
          .unit("epochs")
          .scans("epoch", "e"));
  return schema;
}

std::string RelevanceStage::sample_name(const campaign::Plan& plan) const {
  if (deck().sample) return *deck().sample;
  const auto info = find_machine(plan, deck().rbm);
  return info ? info->sample : "main";
}

std::vector<campaign::Reference> RelevanceStage::references(const campaign::Plan& plan) const {
  auto all = StageOf::references(plan);
  if (!deck().sample) all.push_back(campaign::reference_to(plan, an_ensemble, sample_name(plan), "sample"));
  return all;
}

std::optional<campaign::ModelDeck> RelevanceStage::model(const campaign::Plan& plan) const {
  const auto info = find_ensemble(plan, sample_name(plan));
  return info ? info->model : std::nullopt;
}

std::optional<double> RelevanceStage::temperature(const EnsembleInfo& sample) const {
  if (deck().temperature) return deck().temperature;
  if (sample.lattice.size() < 2) return std::nullopt;
  return sample.lattice.size() == 2 ? ising::exact::critical_temperature
                                    : ising::exact::cubic_critical_temperature;
}

void RelevanceStage::check_sample(const EnsembleInfo& sample, const campaign::Complain& complain) const {
  if (const auto t = temperature(sample))
    check_temperatures(sample, {*t}, "temperature", complain);
  else
    complain("temperature", "a chain has no critical temperature above 0",
             "a temperature of " + sample.group);
  if (sample.n_configurations < least_configurations)
    complain("sample",
             sample.group + " keeps " + std::to_string(sample.n_configurations) +
                 " configurations a temperature: too few for errors",
             "an ensemble that keeps at least " + std::to_string(least_configurations));
  if (sample.n_configurations > most_configurations)
    complain("sample", sample.group + " keeps more configurations than can be summed exactly",
             "at most " + std::to_string(most_configurations));
}

void RelevanceStage::check(const campaign::Plan& plan, const campaign::Complain& complain) const {
  const EnsembleInfo sample = ensemble_of(plan, sample_name(plan));
  const MachineInfo machine = machine_of(plan, deck().rbm);
  if (!check_lattice(sample.lattice, sample.group, "sample", complain) ||
      !check_units(sample, machine.n_visible, machine.lattice, machine.group, "sample", complain))
    return;
  check_sample(sample, complain);
  check_snapshot(plan, deck().rbm, deck().epoch, complain);
}

campaign::Estimate RelevanceStage::estimate(const campaign::Plan& plan, int n_ranks) const {
  constexpr double program_bytes = 5e7, n_stacks = 3, seconds_a_product = 1e-10, seconds_a_spin = 5e-9;
  constexpr double seconds_a_cube = 1e-10; // LAPACK's eigenvectors of n x n numbers over n^3, on every rank
  const MachineInfo machine = find_machine(plan, deck().rbm).value_or(MachineInfo{});
  const EnsembleInfo sample = find_ensemble(plan, sample_name(plan)).value_or(EnsembleInfo{});
  double squares = 0, cubes = 0;
  for (const std::uint64_t n : machine.hidden) {
    const auto units = static_cast<double>(n);
    squares += units * units;
    cubes += units * units * units;
  }
  const auto n = static_cast<double>(sample.n_configurations);
  const double modes = static_cast<double>(deck().modes) + 1;
  campaign::Estimate cost;
  cost.memory_per_rank = program_bytes + n_stacks * 16 * machine.n_weights() + 5 * 8 * squares;
  cost.archive_bytes = 4e4 + 1e3 * n_stacks * modes * static_cast<double>(machine.hidden.size());
  cost.work = n * (1 + 1.5 * n_stacks);
  cost.work_unit = "configurations";
  cost.seconds = n * n_stacks * (1.5 * machine.n_weights() + squares / 2 + 10 * modes * machine.n_hidden()) *
                     seconds_a_product +
                 n * (n_stacks + 4) * static_cast<double>(sample.n_sites) * seconds_a_spin +
                 n_ranks * n_stacks * cubes * seconds_a_cube;
  cost.layout = "configurations divided over " + counted(static_cast<std::uint64_t>(n_ranks), "rank");
  return cost;
}

void RelevanceStage::tell(const rg::Relevance& found) const {
  std::vector<std::string> not_known;
  for (std::size_t layer = 0; layer < found.n_layers(); ++layer)
    if (std::isnan(found.layer(0, layer).even.front().mean.front()))
      not_known.push_back(std::to_string(layer + 1));
  if (!not_known.empty())
    log::warning(
        label() + ": no normal is known of layer " + joined(not_known, ", ") +
        ": its units hardly answer to the nearest-neighbour coupling; more configurations would help");
  if (found.tau_in_bins() > 1)
    log::warning(
        label() +
        fmt::format(": bins are correlated over {:.2g} of them: errors are too small by some {:.2g}; "
                    "more configurations would help",
                    found.tau_in_bins(), std::sqrt(2 * found.tau_in_bins())));
  if (std::isnan(found.tau_in_bins()))
    log::warning(
        label() +
        ": whether bins are correlated is not known, as each group of ladders has a single whole one; "
        "more configurations would tell");
  if (found.n_bins() < 16)
    log::warning(label() + ": errors are of " + std::to_string(found.n_bins()) +
                 " bins only, and rough: more configurations would help");
}

void RelevanceStage::run(campaign::Context& context) {
  const StoredEnsemble sample = open_ensemble(context, sample_name(context.plan()));
  const double t = *temperature(sample);
  if (!deck().temperature) context.resolve("temperature", format_number(t));
  const std::size_t index = deck::find_temperature(sample.temperature, t);
  const auto machines = read_machines(context, deck().rbm, deck().epoch);
  const rng::Generator control = context.random(rng::StreamId::receptive_control, label());
  const rg::RelevanceSetup setup{sample.lattice, sample.n_configurations,    sample.n_ladders,
                                 deck().modes,   unit_rule(deck().dynamics), is_critical(sample, t)};
  rg::Relevance steps(context.comm(), setup,
                      {machines, analysis::shuffled_stack(machines, control, [&] { context.safe_point(); }),
                       analysis::random_stack(machines, control)},
                      context.random(rng::StreamId::reconstruction_up, label()), [&](mpi::Range mine) {
                        return read_configurations(context.archive(), sample, {index}, mine);
                      });
  context.run_stepper(steps);
  tell(steps);
  archive::StageWriter writer = context.begin_writing();
  write_relevance(writer, steps, t, setup.n_configurations - setup.n_configurations / 2,
                  static_cast<int>(sample.lattice.size()));
  writer.commit();
}

std::vector<rng::StreamId> RelevanceStage::streams() {
  using enum rng::StreamId;
  return {reconstruction_up, receptive_control};
}

} // namespace blockspin::stages
