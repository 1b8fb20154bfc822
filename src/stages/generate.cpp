#include "blockspin/stages/generate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "blockspin/base/log.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/rbm/tempering.hpp"
#include "blockspin/stages/machine.hpp"
#include "blockspin/stages/thermometer.hpp"
#include "generated_class.hpp"
#include "measured_rows.hpp"
#include "reading.hpp"
#include "sample_correlation.hpp"

namespace blockspin::stages {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// What the chains have kept, with energies and magnetisations, for collecting in order.
replica::KeptConfigurations collected(const analysis::Generation& chains, std::uint64_t chains_a_class,
                                      const std::optional<lattice::Geometry>& geometry) {
  const auto kept = chains.kept();
  replica::KeptConfigurations all(kept.extent(2));
  for (std::uint64_t i = 0; i < kept.extent(0); ++i) {
    const std::uint64_t number = chains.mine().first + i, chain = number % chains_a_class;
    for (std::uint64_t k = 0; k < kept.extent(1); ++k) {
      const auto packed = kept.row(i).row(k);
      replica::Reading reading;
      if (geometry)
        reading = reading_of(*geometry, packed);
      else
        reading.up = n_up(packed);
      all.add({number / chains_a_class, chain, 0, reading, packed}, k * chains_a_class + chain);
    }
  }
  return all;
}

/// The one temperature that a machine has learned, or NaN.
double learned_temperature(const campaign::Plan& plan, const MachineInfo& machine) {
  std::optional<deck::Temperatures> learned = machine.temperatures;
  if (!learned)
    if (const auto sample = find_ensemble(plan, machine.sample)) learned = sample->temperatures;
  return learned && learned->values.size() == 1 ? learned->values.front() : nan;
}

/// What the Ising model would have: by temperature, NaN where that is not known.
void write_exact(archive::StageWriter& writer, const std::vector<std::uint64_t>& lattice,
                 const std::vector<double>& temperatures, const std::vector<GeneratedMeasures>& all) {
  const ising::exact::EnergyTemperature temperature_of(lattice);
  std::vector<double> energy, specific_heat, mean, error;
  for (std::size_t t = 0; t < all.size(); ++t) {
    const bool known = !std::isnan(temperatures[t]);
    const auto exact = known ? ising::exact::thermodynamics(lattice, temperatures[t])
                             : ising::exact::Thermodynamics{nan, nan, nan};
    energy.push_back(exact.energy);
    specific_heat.push_back(exact.specific_heat);
    const stats::MeanEstimate& e = all[t].observables[ising::Observable::energy];
    const auto at = temperature_of.estimate(e.mean, e.error);
    mean.push_back(at.mean);
    error.push_back(at.error);
  }
  writer.write_list("exact/energy", energy);
  writer.write_list("exact/specific_heat", specific_heat);
  writer.write_list("energy_temperature/mean", mean);
  writer.write_list("energy_temperature/error", error);
}

/// A warning where chains may not be where they belong.
void warn_of_chains(const std::string& label, const GeneratedMeasures& measures) {
  const auto apart = [&](ising::Observable o) {
    const stats::MeanEstimate& estimate = measures.observables[o];
    return estimate.too_short || estimate.chains_agree < 1e-6;
  };
  if (apart(ising::Observable::energy) || apart(ising::Observable::abs_magnetization))
    log::warning(label +
                 ": the chains scatter more than their length explains: they may be stuck apart; run longer "
                 "chains, or method = tempering");
  else if (apart(ising::Observable::magnetization))
    log::warning(
        label + ": chains keep the sign of their magnetisation: the two signs count as often as their starts "
                "have them; run longer chains, or method = tempering");
  else if (!measures.reached_equilibrium)
    log::warning(label + ": energies or magnetisations drift: take a longer equilibration");
}

} // namespace

Array<std::uint8_t, 2> GenerateStage::read_starts(const campaign::Context& context,
                                                  const StoredEnsemble& sample,
                                                  const std::vector<double>& temperatures) const {
  std::vector<std::size_t> indices(temperatures.size());
  for (std::size_t t = 0; t < indices.size(); ++t)
    indices[t] = sample.temperatures ? deck::find_temperature(sample.temperature, temperatures[t]) : 0;
  const mpi::Range mine =
      analysis::Generation::chains_of_rank(context.comm(), deck().chains * temperatures.size());
  return read_configurations(context.archive(), sample, indices, {0, deck().chains}, mine);
}

std::vector<rbm::Machine> GenerateStage::read_along(const campaign::Context& context,
                                                    const std::vector<rbm::Machine>& stack) const {
  if (deck().method != GenerateMethod::trajectory) return {};
  auto machines =
      read_trajectory(context, deck().rbm, machine_number(), stack.at(machine_number() - 1), deck().epoch);
  std::ranges::reverse(machines);
  return machines;
}

void GenerateStage::write_exchanges(archive::StageWriter& writer, const analysis::Generation& chains) const {
  if (deck().method == GenerateMethod::tempering) {
    writer.write_list("tempering/beta", rbm::even_betas(deck().replicas, deck().least_beta));
    writer.write_list("tempering/acceptance", chains.acceptance());
  }
  if (deck().method == GenerateMethod::trajectory)
    writer.write_list("trajectory/acceptance", chains.acceptance());
}

void GenerateStage::run(campaign::Context& context) {
  const auto random = [&](rng::StreamId id) { return context.random(id, label()); };
  const MachineInfo machine = machine_of(context.plan(), deck().rbm);
  if (!deck().machine) context.resolve("machine", std::to_string(machine_number()));
  const auto stack = read_machines(context, deck().rbm, deck().epoch);
  std::vector<double> temperatures{nan};
  Array<std::uint8_t, 2> starts;
  if (from_data()) {
    const StoredEnsemble sample = open_ensemble(context, sample_name(context.plan()));
    temperatures = deck().temperatures ? deck().temperatures->values : sample.temperature;
    starts = read_starts(context, sample, temperatures);
  }
  analysis::GenerationPlan plan = generation(temperatures.size());
  plan.along = read_along(context, stack);
  analysis::Generation chains(context.comm(), stack, std::move(plan),
                              {random(rng::StreamId::generate_start), random(rng::StreamId::generate_hidden),
                               random(rng::StreamId::generate_visible), random(rng::StreamId::generate_swap)},
                              std::move(starts));
  context.run_stepper(chains);

  GeneratedClass about{.n_classes = temperatures.size(),
                       .n_configurations = deck().configurations,
                       .n_ladders = ensemble_info(context.plan()).n_ladders,
                       .n_units = chains.n_units(),
                       .field = machine.model ? machine.model->field : 0.0};
  // Without a model units have places, but no energies.
  if (deck().layer == 0 && machine.model && !machine.lattice.empty()) about.geometry.emplace(machine.lattice);
  if (deck().chains == deck().configurations && !from_data())
    about.n_ladders = 1; // independent, each of one state
  const auto kept = collected(chains, deck().chains, about.geometry);
  archive::StageWriter writer = context.begin_writing();
  writer.write_list("temperature", temperatures);
  std::vector<GeneratedMeasures> measures;
  if (std::isnan(temperatures.front())) temperatures.front() = learned_temperature(context.plan(), machine);
  for (about.index = 0; about.index < about.n_classes; ++about.index) {
    const double t = temperatures[about.index];
    // At 0 and inf samples are exact draws, which do not vary in energy; what a machine makes does.
    about.temperature = t == 0 || std::isinf(t) ? nan : t;
    const auto measured = write_class(context, writer, about, kept);
    if (!measured) continue;
    warn_of_chains(label(), *measured);
    measures.push_back(*measured);
  }
  if (!measures.empty()) {
    std::vector<ising::Observables> observables;
    std::vector<ising::Correlations> correlations;
    for (const GeneratedMeasures& m : measures) {
      observables.push_back(m.observables);
      correlations.push_back(m.correlations);
    }
    write_observables(writer, observables);
    write_correlations(writer, correlations);
    if (is_exactly_known(machine.model)) write_exact(writer, machine.lattice, temperatures, measures);
  }
  write_exchanges(writer, chains);
  writer.commit();
}

std::vector<archive::Row> GenerateStage::rows() {
  using enum ElementType;
  const archive::Axis temperature{"temperature", "temperature"};
  const archive::Axis configuration{"configuration", ""};
  const std::vector<archive::Axis> kept{temperature, configuration};
  std::vector<archive::Row> rows = ensemble_rows();
  rows.front().description =
      "temperatures of the configurations that chains started at, increasing; NaN of a class without one";
  rows.push_back({"magnetization", f64, kept, "1", "mean unit of the kept configurations, read as spins"});
  rows.push_back(
      {"energy", f64, kept, "J", "energy per spin of the kept configurations, in the model of the machine"});
  add_observable_rows(
      rows, "kept configurations of a chain",
      ". T is that of the start, else the one that the machine has learned; with neither, and at 0 and inf, specific "
      "heat and susceptibilities are NaN");
  const auto error = std::ranges::find(rows, "observables/{observable}/error", &archive::Row::path);
  error->description +=
      "; chains are taken for independent, which those started at neighbouring configurations of a "
      "sample are only when they have forgotten them";
  add_correlation_rows(rows);
  rows.push_back(
      {"exact/energy", f64, {temperature}, "J", "energy per spin of the Ising lattice at T, exact"});
  rows.push_back(
      {"exact/specific_heat", f64, {temperature}, "1", "specific heat of the Ising lattice at T, exact"});
  rows.push_back(
      {"energy_temperature/mean",
       f64,
       {temperature},
       "J/k_B",
       "temperature at which the exact energy is that of the configurations; inf where it is not below 0"});
  rows.push_back({"energy_temperature/error", f64, {temperature}, "J/k_B", "its standard error"});
  rows.push_back({"tempering/beta",
                  f64,
                  {{"replica", ""}},
                  "1",
                  "inverse temperatures of the replicas, in units of the machine's own"});
  rows.push_back({"tempering/acceptance",
                  f64,
                  {{"pair", ""}},
                  "1",
                  "accepted share of the exchanges between neighbouring replicas"});
  rows.push_back(
      {"trajectory/acceptance",
       f64,
       {{"pair", ""}},
       "1",
       "accepted share of the exchanges between neighbouring machines, from the one that runs back "
       "along its training to independent units"});
  return rows;
}

} // namespace blockspin::stages
