#include "blockspin/stages/sample.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/base/log.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/replica/sampling.hpp"
#include "blockspin/rng/generator.hpp"
#include "blockspin/stages/context.hpp"
#include "sample_drawn.hpp"
#include "sample_ensemble.hpp"
#include "sample_write.hpp"

namespace blockspin::stages {

namespace {

std::optional<replica::DomainRequest> request_of(const ParallelDeck& parallel) {
  if (!parallel.domains) return std::nullopt;
  return replica::DomainRequest{parallel.domains->values};
}

std::uint64_t replicas_of(const SampleDeck& deck, const Context& context, bool clusters) {
  if (deck.replicas) return *deck.replicas;
  const std::string before = context.resolved_before("replicas");
  if (!before.empty()) return std::stoull(before);
  return automatic_replicas(lattice::Geometry(context.model().lattice.values), deck.configurations, clusters);
}

std::vector<double> simulated(const std::vector<double>& temperatures) {
  std::vector<double> chosen;
  std::copy_if(temperatures.begin(), temperatures.end(), std::back_inserter(chosen), is_simulated);
  return chosen;
}

/// All but the update and the number of ladders.
replica::LadderSetup ladder_setup(const SampleDeck& deck, const Context& context, const std::string& label) {
  replica::LadderSetup setup{lattice::Geometry(context.model().lattice.values), context.model().field,
                             simulated(deck.temperatures.values)};
  setup.exchange = deck.exchange && setup.temperatures.size() > 1;
  setup.seed = context.seed();
  setup.instance = rng::instance_number(label);
  return setup;
}

void record_choices(Context& context, const SampleDeck& deck, const SampleRun& run,
                    const replica::Sampling* sampling) {
  if (!deck.replicas) context.resolve("replicas", std::to_string(run.setup.n_ladders));
  if (deck.update == SampleUpdate::automatic) context.resolve("update", run.update);
  if (sampling == nullptr) return;
  if (!deck.equilibration) context.resolve("equilibration", std::to_string(sampling->equilibration()));
  if (!deck.interval) context.resolve("interval", std::to_string(sampling->interval()));
  log::info("equilibration " + std::to_string(sampling->equilibration()) +
            " sweeps; kept configurations are " + std::to_string(sampling->interval()) +
            " sweeps apart (longest autocorrelation time " +
            format_number(std::round(10 * sampling->longest_tau()) / 10) + " sweeps)");
}

void warn_of_gaps(const SampleRun& run) {
  constexpr double least_acceptance = 0.05;
  for (std::size_t i = 0; i < run.exchange.attempts.size(); ++i) {
    const double share = acceptance(run.exchange, i);
    if (share < least_acceptance)
      log::warning("exchange between T = " + format_number(run.setup.temperatures[i]) + " and " +
                   format_number(run.setup.temperatures[i + 1]) + " is accepted in " +
                   format_number(std::round(1000 * share) / 10) +
                   " % of attempts only: the ladder is cut there; put temperatures in between");
  }
}

} // namespace

std::vector<std::string> choice_names(SampleUpdate) {
  return {"auto", "metropolis", "heat_bath", "wolff", "swendsen_wang"};
}

const deck::Schema<SampleDeck>& SampleStage::schema() {
  using deck::at_least;
  using deck::field;
  static const deck::Schema<SampleDeck> schema(
      "sample", "Monte Carlo: configurations of the Ising model at a ladder of temperatures",
      field("temperatures", &SampleDeck::temperatures,
            "the temperatures; 0 means the ground states, inf independent spins, both drawn exactly")
          .required()
          .unit("J/k_B"),
      field("configurations", &SampleDeck::configurations, "configurations kept at each temperature")
          .required()
          .check(at_least(1))
          .check(deck::at_most(1e9))
          .may_grow(),
      field("update", &SampleDeck::update, "how spins are updated"),
      field("exchange", &SampleDeck::exchange, "whether neighbouring temperatures exchange configurations"),
      field("replicas", &SampleDeck::replicas, "independent ladders that share the configurations")
          .check(at_least(1))
          .check(deck::at_most(1 << 20)),
      field("equilibration", &SampleDeck::equilibration,
            "sweeps thrown away at the start; auto finds them from the time series")
          .unit("sweeps"),
      field("interval", &SampleDeck::interval,
            "sweeps between kept configurations; auto takes two autocorrelation times")
          .unit("sweeps")
          .check(at_least(1)),
      field("flip_symmetry", &SampleDeck::flip_symmetry,
            "a random global sign for each kept configuration; auto: when the field is 0"));
  return schema;
}

void SampleStage::check(const Plan& plan, const Complain& complain) const {
  const bool clusters = deck().update == SampleUpdate::wolff || deck().update == SampleUpdate::swendsen_wang;
  if (clusters && plan.model.field != 0.0)
    complain("update", "cluster updates work without a field only", "auto, metropolis, or heat_bath");
  if (deck().flip_symmetry.value_or(false) && plan.model.field != 0.0)
    complain("flip_symmetry", "a field breaks the symmetry", "auto, or off");
}

Estimate SampleStage::estimate(const Plan& plan, int n_ranks) const {
  const lattice::Geometry geometry(plan.model.lattice.values);
  replica::LadderSetup setup{geometry, plan.model.field, simulated(deck().temperatures.values)};
  const bool clusters = choose_update(deck().update, setup).clusters.has_value();
  const std::uint64_t ladders =
      deck().replicas.value_or(automatic_replicas(geometry, deck().configurations, clusters));
  const std::size_t n_t = deck().temperatures.values.size();
  const bool across = !clusters && bits_across_replicas(geometry, n_t, ladders);
  const auto n_sites = static_cast<double>(geometry.n_sites()),
             configurations = static_cast<double>(deck().configurations);
  const double lattices = static_cast<double>(n_t * (across ? (ladders + 63) / 64 * 64 : ladders));
  const double keeps = std::ceil(configurations / static_cast<double>(ladders));
  const double sweeps = static_cast<double>(deck().equilibration.value_or(500)) +
                        keeps * static_cast<double>(deck().interval.value_or(20));
  Estimate cost;
  cost.archive_bytes = static_cast<double>(n_t) * configurations * (n_sites / 8 + 20);
  cost.memory_per_rank = (2 * cost.archive_bytes + lattices * (n_sites / 8 * 1.1 + 16 * sweeps)) / n_ranks;
  cost.work = lattices * n_sites * sweeps;
  cost.work_unit = "spin updates";
  const double updates_per_second = clusters ? 1.2e8 : 1.5e10;
  cost.seconds = cost.work / updates_per_second;
  cost.layout = across ? "bits across replicas, vectors of 512 lattices over the ranks"
                       : plan_ranks(geometry, n_t * ladders, n_ranks, request_of(plan.parallel)).reason;
  return cost;
}

void SampleStage::run(Context& context) {
  SampleRun run{.setup = ladder_setup(deck(), context, label())};
  const UpdateChoice update = choose_update(deck().update, run.setup);
  run.update = update.name;
  run.setup.n_ladders = replicas_of(deck(), context, update.clusters.has_value());
  run.flip = deck().flip_symmetry.value_or(context.model().field == 0.0);
  run.temperatures = deck().temperatures.values;
  run.n_configurations = deck().configurations;
  if (run.setup.temperatures.empty()) {
    record_choices(context, deck(), run, nullptr);
    return write_sample(context, run, nullptr);
  }
  const ChosenEnsemble chosen =
      make_ensemble(context.comm(), run.setup, update, request_of(context.parallel()));
  log::info(label() + ": " + run.setup.geometry.name() + ", update " + update.name +
            (update.reason.empty() ? "" : " (" + update.reason + ")") + "; " + chosen.layout);
  replica::Ensemble& ensemble = *chosen.ensemble;
  replica::Sampling sampling(context.comm(), ensemble, run.setup.geometry,
                             {deck().configurations, deck().equilibration, deck().interval});
  context.run_stepper(sampling);
  record_choices(context, deck(), run, &sampling);
  run.exchange = ensemble.exchange_statistics();
  run.observables = sampling.observables(run.setup.temperatures, run.setup.field);
  if (run.setup.exchange) warn_of_gaps(run);
  write_sample(context, run, &sampling.kept());
}

} // namespace blockspin::stages
