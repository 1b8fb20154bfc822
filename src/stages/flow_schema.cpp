#include "blockspin/base/text.hpp"
#include "blockspin/stages/ensemble.hpp"
#include "blockspin/stages/flow.hpp"
#include "blockspin/stages/machine.hpp"
#include "blockspin/stages/thermometer.hpp"

namespace blockspin::analysis {

std::vector<std::string> choice_names(Dynamics) {
  return {"sampled", "mean_field_hidden", "mean_field", "rounded"};
}

} // namespace blockspin::analysis

namespace blockspin::deck {

using stages::FlowStart;

std::vector<FlowStart> Codec<FlowStart>::parse_items(std::string_view text) {
  if (text == "up") return {{FlowStart::Kind::up, 0.0}};
  if (text == "random") return {{FlowStart::Kind::random, 0.0}};
  std::vector<FlowStart> items;
  for (const double temperature : parse_range(text, true))
    items.push_back({FlowStart::Kind::temperature, temperature});
  return items;
}

std::string Codec<FlowStart>::text(const FlowStart& value) {
  switch (value.kind) {
  case FlowStart::Kind::up: return "up";
  case FlowStart::Kind::random: return "random";
  case FlowStart::Kind::temperature: break;
  }
  return format_number(value.temperature);
}

} // namespace blockspin::deck

namespace blockspin::stages {

const deck::Schema<FlowDeck>& FlowStage::schema() {
  using namespace deck;
  using D = FlowDeck;
  static const Schema<D> schema(
      "flow", "sends walkers through a machine, v -> h -> v -> ..., and measures every step",
      field("rbm", &D::rbm, "the machine; of a stack, each step climbs to its top and back")
          .required()
          .refers_to(a_machine),
      field("epoch", &D::epoch, "the machine's snapshot after so many epochs; auto: as its training left it")
          .unit("epochs"),
      field("epoch_scan", &D::epoch_scan, "instead of epoch: one flow for each of these snapshots")
          .default_text("none")
          .unit("epochs")
          .scans("epoch", "e"),
      field("sample", &D::sample, "configurations the walkers start at")
          .default_text("the machine's")
          .refers_to(an_ensemble),
      field("thermometer", &D::thermometer, "the network that reads the walkers' temperature")
          .refers_to(a_thermometer),
      field("start", &D::start,
            "where walkers start: temperatures of the sample, `up` (all spins up), `random`")
          .required()
          .unit("J/k_B"),
      field("walkers", &D::walkers, "walkers a start; walker i starts at kept configuration i mod C")
          .check(between(2, 1e9)),
      field("steps", &D::steps, "steps v -> h -> v").check(between(1, 1e7)).may_grow(),
      field("dynamics", &D::dynamics,
            "sampled: both layers drawn; mean_field_hidden: hidden means, visible drawn; mean_field: means "
            "in both; rounded: the likelier value in both"),
      field("couplings", &D::couplings,
            "fit nearest, diagonal and plaquette couplings to the walkers at every step, by maximum "
            "pseudo-likelihood (square lattices, +-1 states)"));
  return schema;
}

std::string FlowStage::sample_name(const campaign::Plan& plan) const {
  if (deck().sample) return *deck().sample;
  const auto info = find_machine(plan, deck().rbm);
  return info ? info->sample : std::string();
}

std::optional<campaign::ModelDeck> FlowStage::model(const campaign::Plan& plan) const {
  const auto info = find_machine(plan, deck().rbm);
  return info ? info->model : std::nullopt;
}

std::vector<campaign::Reference> FlowStage::references(const campaign::Plan& plan) const {
  auto all = StageOf::references(plan);
  if (const std::string name = sample_name(plan); !deck().sample && !name.empty())
    all.push_back(campaign::reference_to(plan, an_ensemble, name, "sample"));
  return all;
}

void FlowStage::check(const campaign::Plan& plan, const campaign::Complain& complain) const {
  check_snapshot(plan, deck().rbm, deck().epoch, complain);
  const MachineInfo machine = machine_of(plan, deck().rbm);
  if (!check_lattice(machine.lattice, machine.group, "rbm", complain)) return;
  const auto fits = [&](const std::string& ensemble, const std::string& key) {
    const auto info = find_ensemble(plan, ensemble);
    return !info || check_units(*info, machine.n_visible, machine.lattice, machine.group, key, complain);
  };
  const auto* const reader = plan.provider<ThermometerStage>(a_thermometer, deck().thermometer);
  if (reader != nullptr && !fits(reader->sample(), "thermometer")) return;
  if (!fits(sample_name(plan), "sample")) return;
  const bool mean_field = deck().dynamics == analysis::Dynamics::mean_field;
  if (deck().couplings && (mean_field || machine.lattice.size() != 2))
    complain("couplings", "needs +-1 states on a square lattice", "off");
  std::vector<double> starts;
  for (const FlowStart& start : deck().start)
    if (start.kind == FlowStart::Kind::temperature) starts.push_back(start.temperature);
  if (!starts.empty()) check_temperatures(ensemble_of(plan, sample_name(plan)), starts, "start", complain);
}

campaign::Estimate FlowStage::estimate(const campaign::Plan& plan, int n_ranks) const {
  const MachineInfo machine = find_machine(plan, deck().rbm).value_or(MachineInfo{});
  const auto* const reader = plan.provider<ThermometerStage>(a_thermometer, deck().thermometer);
  const auto sites = static_cast<double>(machine.n_visible);
  const auto n_thermometer = static_cast<double>(reader == nullptr ? 80 : reader->n_hidden());
  const auto n_hidden = machine.hidden.empty() ? 1.0 : static_cast<double>(machine.hidden.front());
  const auto n_starts = static_cast<double>(deck().start.size()), n_steps = static_cast<double>(deck().steps);
  const auto n_walkers = static_cast<double>(deck().walkers);
  campaign::Estimate estimate;
  // Spins of both layers, the packed configurations that a start's walkers begin at, and the records.
  estimate.memory_per_rank =
      n_walkers * sites * (12 * n_starts + 0.125) / n_ranks + n_starts * n_steps * 8 * 200;
  estimate.archive_bytes = n_starts * n_steps * 8 * 100;
  estimate.work = n_starts * n_walkers * n_steps;
  estimate.work_unit = "walker steps";
  estimate.seconds = estimate.work * (sites * (4 * n_hidden + 2 * n_thermometer) / 2e10 + 3e-6);
  estimate.layout = "blocks of 32 walkers over " + counted(static_cast<std::uint64_t>(n_ranks), "rank");
  return estimate;
}

} // namespace blockspin::stages
