#include "blockspin/stages/sample.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "blockspin/base/log.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/replica/ladder_search.hpp"
#include "blockspin/replica/relaxation.hpp"
#include "blockspin/rng/generator.hpp"
#include "sample_drawn.hpp"
#include "sample_ensemble.hpp"
#include "sample_write.hpp"

namespace blockspin::stages {

namespace {

/// All but the temperatures, the update and the number of ladders.
replica::LadderSetup ladder_setup(const SampleDeck& deck, const campaign::ModelDeck& model,
                                  const campaign::Context& context, const std::string& label) {
  replica::LadderSetup setup{lattice::Geometry(model.lattice.values), model.field, {}};
  setup.exchange = deck.exchange;
  setup.seed = context.seed();
  setup.instance = rng::instance_number(label);
  return setup;
}

std::string percent(double share) { return format_number(std::round(1000 * share) / 10) + " %"; }

void record_choices(campaign::Context& context, const std::string& label, const SampleDeck& deck,
                    const SampleRun& run, const replica::Sampling* sampling) {
  if (deck.update == SampleUpdate::automatic) context.resolve("update", run.update);
  if (sampling == nullptr) return;
  if (!deck.equilibration) context.resolve("equilibration", std::to_string(sampling->equilibration()));
  if (!deck.interval) context.resolve("interval", std::to_string(sampling->interval()));
  if (deck.equilibration && sampling->equilibration() > *deck.equilibration)
    log::warning(label + ": equilibration = " + std::to_string(*deck.equilibration) +
                 " is too short to estimate the autocorrelation time that interval = auto needs: " +
                 std::to_string(sampling->equilibration()) +
                 " sweeps were made; set interval as well to avoid them");
  if (!deck.equilibration || !deck.interval)
    log::info(label + fmt::format(": longest autocorrelation time in the equilibration {:.1f} sweeps",
                                  sampling->longest_tau()));
}

void warn_of_turned_states(const std::string& label, const replica::LadderSetup& setup) {
  if (may_turn_for_ever(setup))
    log::warning(
        label + ": on most lattices as small as " + setup.geometry.name() +
        " Metropolis never leaves some states, whose spins it all turns in every sweep, and random starts may be among "
        "them; update = heat_bath leaves every state");
}

void warn_of_gaps(const std::string& label, const SampleRun& run) {
  constexpr double least_acceptance = 0.05;
  for (std::size_t i = 0; i < run.exchange.attempts.size(); ++i) {
    const double share = acceptance(run.exchange, i);
    if (share < least_acceptance)
      log::warning(label + ": exchange between T = " + format_number(run.setup.temperatures[i]) + " and " +
                   format_number(run.setup.temperatures[i + 1]) + " is accepted in " + percent(share) +
                   " of attempts only: replicas hardly pass there; add temperatures in between");
  }
}

/// The longest autocorrelation time of energy and |m| in the whole time series.
struct LongestTau {
  stats::MeanEstimate estimate;
  std::string where;
};

LongestTau longest_tau(const SampleRun& run) {
  LongestTau longest;
  for (std::size_t t = 0; t < run.observables.size(); ++t)
    for (const ising::Observable o : {ising::Observable::energy, ising::Observable::abs_magnetization})
      if (const stats::MeanEstimate& estimate = run.observables[t][o]; estimate.tau > longest.estimate.tau)
        longest = {estimate, std::string(name(o)) + " at T = " + format_number(run.setup.temperatures[t]) +
                                 ": " +
                                 fmt::format("{:.3g} +- {:.2g} sweeps", estimate.tau, estimate.tau_error)};
  return longest;
}

/// Throws where temperatures that were found could not be told apart.
void require_apart(const campaign::Stage& stage, const std::vector<double>& temperatures) {
  for (std::size_t i = 1; i < temperatures.size(); ++i)
    if (!(temperatures[i] - temperatures[i - 1] > deck::temperature_tolerance))
      throw_agreed(
          ErrorKind::deck,
          stage
              .problem_at("count", "so many temperatures that exchange equally often are less than " +
                                       format_number(deck::temperature_tolerance) +
                                       " apart at T = " + format_number(temperatures[i]))
              .text());
}

/// Kept configurations are meant to be two autocorrelation times apart, which the whole time series knows best, and
/// error bars want a hundred independent samples. `interval_is_given`: only then is the interval the user's to change.
void tell_of_correlation(const std::string& label, const SampleRun& run, const replica::Sampling& sampling,
                         bool interval_is_given) {
  const LongestTau longest = longest_tau(run);
  const double tau = longest.estimate.tau;
  if (2 * (tau - 2 * longest.estimate.tau_error) > static_cast<double>(sampling.interval())) {
    const std::string text = label + ": kept configurations are " + std::to_string(sampling.interval()) +
                             " sweeps apart, less than two autocorrelation times (" + longest.where + ")";
    if (interval_is_given)
      log::warning(text);
    else
      log::info(text +
                "; interval = auto knew less of it, from the equilibration; means and their errors are "
                "from every sweep");
  }
  const double n =
      static_cast<double>(run.n_sweeps * run.setup.n_ladders) / (2 * std::max(tau, sampling.longest_tau()));
  if (n < 100)
    log::warning(label + ": the time series holds some " + format_number(std::round(n)) +
                 " independent samples only: means and their errors are rough; more configurations help");
}

/// The temperatures at which something holds, `T = 0.5, 0.7`; empty where at none.
template <class Holds>
std::string where(const SampleRun& run, const Holds& holds) {
  std::vector<std::string> temperatures;
  for (std::size_t t = 0; t < run.observables.size(); ++t)
    if (holds(run.observables[t])) temperatures.push_back(format_number(run.setup.temperatures[t]));
  return temperatures.empty() ? std::string() : "T = " + joined(temperatures, ", ");
}

/// Ladders that scatter more than what happens within them allows are in different parts of phase space, or
/// have hardly moved.
void warn_of_stuck_ladders(const std::string& label, const SampleRun& run) {
  constexpr double least_chance = 1e-9;
  const auto any = [&](const auto& holds) {
    return where(run, [&](const ising::Observables& all) {
      using enum ising::Observable;
      return holds(all[energy]) || holds(all[abs_magnetization]) || holds(all[magnetization]);
    });
  };
  const std::string short_ones = any([](const stats::MeanEstimate& e) { return e.too_short; });
  if (!short_ones.empty())
    log::warning(
        label + ": at " + short_ones +
        " each ladder is recorded for less than four autocorrelation times, as far as the ladders' scatter "
        "tells: too short to see whether they are stuck in different parts of phase space; errors are "
        "those of the scatter, right if the ladders have forgotten their starts; more configurations or "
        "fewer replicas help");
  const std::string temperatures =
      any([](const stats::MeanEstimate& e) { return e.chains_agree < least_chance; });
  if (!temperatures.empty())
    log::warning(
        label + ": at " + temperatures +
        " the ladders' means differ more than what happens within each ladder allows: they have hardly "
        "moved, or are stuck in different parts of phase space, whose weights are not known; errors include the "
        "scatter of the ladders; more sweeps or exchange help");
}

/// Where the whole error stands for events that were hardly seen, or not at all.
void warn_of_few_events(const std::string& label, const SampleRun& run) {
  constexpr double few = 10;
  using Estimate = stats::MeanEstimate;
  const auto any = [&](const auto& holds) {
    return where(run, [&](const ising::Observables& all) {
      return std::any_of(all.values.begin(), all.values.end(), holds);
    });
  };
  const std::string bounds = any([](const Estimate& value) { return value.is_bound; });
  const std::string rough =
      any([](const Estimate& value) { return !value.is_bound && value.n_events() < few; });
  const std::string samples = std::to_string(run.n_sweeps * run.setup.n_ladders) + " samples";
  if (!bounds.empty())
    log::warning(label + ": at " + bounds + " some observables did not vary in " + samples +
                 ": their errors are upper bounds, of the size of three turned spins");
  if (!rough.empty())
    log::warning(label + ": at " + rough + " some observables rest on fewer than " + format_number(few) +
                 " events in " + samples + ": their errors are rough; more configurations help");
}

/// Whether the targets were met or the limit ended the run.
void tell_of_targets(const std::string& label, const SampleRun& run) {
  for (const replica::TargetReport& report : run.targets) {
    const std::string name(ising::name(report.target.observable));
    const std::string text =
        label + ": target_error " + name + ":" + format_number(report.target.error) +
        (report.met ? " is met" : " is not met") + " after " + std::to_string(run.n_sweeps) +
        " sweeps: the largest error is " +
        (run.observables[report.where][report.target.observable].is_bound ? "at most " : "") +
        fmt::format("{:.3g}", report.worst_error) +
        ", at T = " + format_number(run.setup.temperatures[report.where]);
    if (report.met)
      log::info(text);
    else
      log::warning(text + "; the limit of max_sweeps is reached: a higher one and --resume go on");
  }
}

} // namespace

std::vector<double> SampleStage::settle_temperatures(campaign::Context& context,
                                                     const replica::LadderSetup& setup,
                                                     const UpdateChoice& update) const {
  const auto search = [&] {
    replica::LadderSetup trial = setup;
    trial.temperatures = deck().ladder_to_begin_with();
    trial.instance = rng::instance_number(label() + ".ladder");
    replica::LadderSearch ladder(
        context.comm(), trial,
        [&](const replica::LadderSetup& one) {
          return make_ensemble(context.comm(), one, update, request_of(context.parallel())).ensemble;
        },
        updates_of_trial(update));
    context.run_stepper(ladder, "ladder");
    const std::string found = deck::Codec<deck::Temperatures>::text({ladder.temperatures()});
    if (*deck().count == 2) return found; // nothing to search for
    require_apart(*this, ladder.temperatures());
    const auto& share = ladder.acceptance();
    log::info(label() + ": temperatures " + found + "; in the last trial " +
              percent(*std::min_element(share.begin(), share.end())) + " to " +
              percent(*std::max_element(share.begin(), share.end())) + " of exchanges were accepted");
    return found;
  };
  return deck::Codec<deck::Temperatures>::parse(context.settle("temperatures", search)).values;
}

std::uint64_t SampleStage::settle_replicas(campaign::Context& context, const replica::LadderSetup& setup,
                                           bool clusters) const {
  const std::uint64_t fresh = automatic_replicas(setup.geometry, deck().configurations, clusters);
  const std::uint64_t n = std::stoull(context.settle("replicas", [&] { return std::to_string(fresh); }));
  if (n != fresh)
    log::info(label() + ": replicas = auto stays " + std::to_string(n) +
              ", as when the sample began; a new sample of " + std::to_string(deck().configurations) +
              " configurations would have " + std::to_string(fresh));
  return n;
}

void SampleStage::run(campaign::Context& context) {
  const campaign::ModelDeck sampled = *model(context.plan());
  SampleRun run{.setup = ladder_setup(deck(), sampled, context, label())};
  const UpdateChoice update = choose_update(deck(), run.setup);
  run.update = update.name;
  run.setup.n_ladders =
      deck().replicas ? *deck().replicas : settle_replicas(context, run.setup, update.clusters.has_value());
  run.temperatures =
      deck().temperatures ? deck().temperatures->values : settle_temperatures(context, run.setup, update);
  run.setup.temperatures = simulated(run.temperatures);
  run.setup.exchange = run.setup.exchange && run.setup.temperatures.size() > 1;
  run.flip = deck().flip_symmetry.value_or(sampled.field == 0.0);
  run.n_configurations = deck().configurations;
  if (run.setup.temperatures.empty()) {
    record_choices(context, label(), deck(), run, nullptr);
    return write_sample(context, run, nullptr);
  }
  ChosenEnsemble chosen = make_ensemble(context.comm(), run.setup, update, request_of(context.parallel()));
  log::info(label() + ": " + run.setup.geometry.name() + ", update " + update.name +
            (update.reason.empty() ? "" : " (" + update.reason + ")") + "; " + chosen.layout);
  if (!update.clusters) warn_of_turned_states(label(), run.setup);
  replica::Ensemble& ensemble = *chosen.ensemble;
  replica::Sampling sampling(context.comm(), ensemble, run.setup,
                             {deck().configurations, deck().equilibration, deck().interval,
                              deck().target_error.value_or(std::vector<replica::ErrorTarget>{}),
                              deck().max_sweeps.value_or(0),
                              update.clusters ? 0 : replica::least_trial(run.setup)});
  context.run_stepper(sampling);
  record_choices(context, label(), deck(), run, &sampling);
  run.exchange = ensemble.exchange_statistics();
  run.observables = sampling.observables();
  run.targets = sampling.judge(run.observables);
  run.n_sweeps = sampling.sweeps();
  if (run.setup.exchange) warn_of_gaps(label(), run);
  tell_of_correlation(label(), run, sampling, deck().interval.has_value());
  warn_of_stuck_ladders(label(), run);
  warn_of_few_events(label(), run);
  tell_of_targets(label(), run);
  chosen.ensemble.reset(); // large lattices make room for what is written
  write_sample(context, run, &sampling.kept());
}

void SampleStage::check_state(std::size_t, StateSource& source, const std::vector<std::string>&) const {
  if (replica::Sampling::is_beyond(source, deck().configurations, deck().max_sweeps.value_or(0)))
    refuse_as_beyond(deck().max_sweeps ? "max_sweeps" : "configurations");
}

} // namespace blockspin::stages
