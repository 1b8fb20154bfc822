#include <algorithm>
#include <cmath>
#include <limits>

#include "blockspin/campaign/plan.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/replica/ladder_search.hpp"
#include "blockspin/stages/sample.hpp"
#include "sample_drawn.hpp"
#include "sample_ensemble.hpp"

namespace blockspin::deck {

namespace {

std::vector<std::string> observable_names() {
  std::vector<std::string> names;
  for (const ising::Observable observable : ising::all_observables) names.emplace_back(name(observable));
  return names;
}

} // namespace

using Target = Codec<replica::ErrorTarget>;

Target::Value Target::parse(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) throw BadValue{"'" + std::string(text) + "' has no colon", allowed()};
  const std::size_t index = parse_choice(text.substr(0, colon), observable_names());
  const double error = parse_number(text.substr(colon + 1));
  if (!(error > 0)) throw BadValue{"'" + std::string(text) + "': an error is above 0", allowed()};
  return {static_cast<ising::Observable>(index), error};
}

std::string Target::text(const Value& value) {
  return std::string(name(value.observable)) + ":" + format_number(value.error);
}

std::string Target::allowed() { return "observable:error, of " + joined(observable_names(), ", "); }

} // namespace blockspin::deck

namespace blockspin::stages {

namespace {

using Resolved = deck::Resolved<SampleDeck>;

constexpr double least_step = 1e-6; ///< between temperatures of a ladder to be found, on average

/// What is wrong with `temperatures`, `first`, `last` and `count` together.
std::string ladder_problem(const Resolved& resolved) {
  const SampleDeck& d = resolved.deck;
  if (d.temperatures)
    return d.first || d.last || d.count ? "first, last and count belong to temperatures = auto" : "";
  std::vector<std::string> missing;
  if (!d.first) missing.emplace_back("first");
  if (!d.last) missing.emplace_back("last");
  if (!d.count) missing.emplace_back("count");
  if (!missing.empty()) return "auto needs first, last and count; missing: " + joined(missing, ", ");
  if (*d.first >= *d.last) return "auto goes up from first to last: first must be below last";
  const double step = (*d.last - *d.first) / static_cast<double>(*d.count - 1);
  return step >= least_step ? ""
                            : "so many temperatures from first to last would be less than " +
                                  format_number(least_step) + " apart";
}

std::string exchange_problem(const Resolved& resolved) {
  return !resolved.deck.temperatures && !resolved.deck.exchange
             ? "temperatures = auto is a ladder of equal acceptance: it needs exchange = on"
             : "";
}

std::string limit_problem(const Resolved& resolved) {
  const SampleDeck& d = resolved.deck;
  if (!d.target_error) return d.max_sweeps ? "is the limit of a target_error, and there is none" : "";
  return d.max_sweeps ? "" : "is required with target_error: where to stop when it cannot be met";
}

bool names_each_once(const OrNone<std::vector<replica::ErrorTarget>>& asked) {
  const auto targets = asked.value_or(std::vector<replica::ErrorTarget>{});
  for (std::size_t i = 0; i < targets.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (targets[i].observable == targets[j].observable) return false;
  return true;
}

} // namespace

std::vector<std::string> choice_names(SampleUpdate) {
  return {"auto", "metropolis", "heat_bath", "wolff", "swendsen_wang"};
}

std::vector<double> SampleDeck::ladder_to_begin_with() const {
  return temperatures ? temperatures->values : replica::geometric_ladder(*first, *last, *count);
}

const deck::Schema<SampleDeck>& SampleStage::schema() {
  using deck::at_least;
  using deck::at_most;
  using deck::between;
  using deck::field;
  using D = SampleDeck;
  static const auto schema =
      deck::Schema<D>(
          "sample", "Monte Carlo: configurations of the Ising model at a ladder of temperatures",
          field(
              "temperatures", &D::temperatures,
              "the temperatures; 0 means the ground states, inf independent spins, both drawn exactly; auto: "
              "`count` of them from `first` to `last`, found in a short trial so that all neighbours "
              "exchange equally often")
              .required()
              .unit("J/k_B"),
          field("first", &D::first, "lowest temperature of an auto ladder")
              .unit("J/k_B")
              .check(deck::finite_temperature()),
          field("last", &D::last, "highest temperature of an auto ladder")
              .unit("J/k_B")
              .check(deck::finite_temperature()),
          field("count", &D::count, "temperatures of an auto ladder, both ends included")
              .check(between(2, 10000)),
          field("configurations", &D::configurations, "configurations kept at each temperature")
              .required()
              .check(at_least(1))
              .check(at_most(1e9))
              .may_grow(),
          field("update", &D::update,
                "how spins are updated; auto: swendsen_wang where spins are correlated over more than 32 "
                "sites, heat_bath on rings, on at most 32 sites (where metropolis never leaves some states) "
                "and above a temperature of 10, else metropolis"),
          field("exchange", &D::exchange, "whether neighbouring temperatures exchange configurations"),
          field(
              "replicas", &D::replicas,
              "replicas of the lattice at each temperature, which is the number of ladders; they are "
              "independent and share the configurations; auto: 1 of a large lattice or with clusters, else "
              "64 for each 1,024 configurations, 64 to 1,024; a sample that grows keeps the number it began "
              "with")
              .check(at_least(1))
              .check(at_most(1 << 20)),
          field(
              "equilibration", &D::equilibration,
              "sweeps thrown away at the start; auto finds their number from the time series; with interval = "
              "auto there are more if the autocorrelation time cannot be estimated otherwise")
              .unit("sweeps"),
          field("interval", &D::interval,
                "sweeps between kept configurations; auto takes two autocorrelation times")
              .unit("sweeps")
              .check(at_least(1)),
          field(
              "target_error", &D::target_error,
              "largest standard errors, such as `energy:1e-4, abs_magnetization:1e-3`: once its "
              "configurations are kept, the sample goes on measuring until every temperature's are smaller, "
              "or max_sweeps are done; not beside a temperature inf, which is drawn and not measured")
              .check_whole(names_each_once, "none, or a list of observable:error, each observable once"),
          field("max_sweeps", &D::max_sweeps, "sweeps measured at most for a target_error")
              .unit("sweeps")
              .check(at_least(1))
              .check(at_most(1e15))
              .may_grow(),
          field("flip_symmetry", &D::flip_symmetry,
                "a random global sign for each kept configuration; auto: when the field is 0"),
          field("model", &D::model, "the [model] that is sampled").names_model())
          .rule("temperatures", ladder_problem)
          .rule("exchange", exchange_problem)
          .rule("max_sweeps", limit_problem);
  return schema;
}

std::string SampleStage::growth_refusal(const std::string& key) const {
  if (key != "configurations" || !deck().target_error) return {};
  return "with a target_error, what came after the last configuration was measured but not kept";
}

std::optional<campaign::ModelDeck> SampleStage::model(const campaign::Plan& plan) const {
  return plan.model_of(*this, deck().model);
}

EnsembleInfo SampleStage::ensemble_info(const campaign::Plan& plan) const {
  EnsembleInfo info;
  info.group = group();
  info.n_configurations = deck().configurations;
  info.model = model(plan);
  if (info.model) {
    info.lattice = info.model->lattice.values;
    info.n_sites = info.model->n_sites();
  }
  info.n_ladders = deck().replicas.value_or(plan.became<std::uint64_t>(group(), "replicas").value_or(1));
  info.temperatures =
      deck().temperatures ? deck().temperatures : plan.became<deck::Temperatures>(group(), "temperatures");
  if (info.temperatures || !deck().first || !deck().last || !deck().count) return info;
  // The ladder is still to be found: its ends are known, what lies between matches no temperature.
  info.temperatures.emplace();
  info.temperatures->values.assign(*deck().count, std::numeric_limits<double>::quiet_NaN());
  info.temperatures->values.front() = *deck().first;
  info.temperatures->values.back() = *deck().last;
  return info;
}

void SampleStage::check(const campaign::Plan& plan, const campaign::Complain& complain) const {
  const bool clusters = deck().update == SampleUpdate::wolff || deck().update == SampleUpdate::swendsen_wang;
  const campaign::ModelDeck sampled = *model(plan);
  if (clusters && sampled.field != 0.0)
    complain("update", "cluster updates work without a field only", "auto, metropolis, or heat_bath");
  if (deck().flip_symmetry.value_or(false) && sampled.field != 0.0)
    complain("flip_symmetry", "a field breaks the symmetry", "auto, or off");
  if (deck().update == SampleUpdate::wolff && plan.parallel.ranks_per_lattice() > 1)
    complain("update", "wolff needs its lattice on one rank, and parallel.domains divides it",
             "swendsen_wang, or parallel.domains = auto");
  const auto ladder = deck().ladder_to_begin_with();
  if (deck().target_error && std::none_of(ladder.begin(), ladder.end(), is_simulated))
    complain("target_error", "every temperature is drawn exactly, `configurations` times", "none");
  else if (deck().target_error && std::isinf(ladder.back()))
    complain("target_error", "inf is drawn exactly, `configurations` times, and cannot be measured longer",
             "none, or finite temperatures (inf in a sample of its own)");
}

} // namespace blockspin::stages
