#include "blockspin/stages/likelihood.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "blockspin/base/log.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/mpi/divided_rows.hpp"
#include "blockspin/rbm/annealing.hpp"
#include "blockspin/rbm/enumeration.hpp"
#include "blockspin/stages/ensemble.hpp"
#include "blockspin/stages/machine.hpp"
#include "blockspin/stages/thermometer.hpp"
#include "blockspin/stats/autocorrelation.hpp"
#include "judging.hpp"
#include "reading.hpp"

namespace blockspin::stages {

namespace {

/// How far apart, in their joint errors, the two annealed estimates may be before the user is told.
constexpr double most_disagreement = 5.0;
/// Chains that must count for the spread of their weights to tell the error.
constexpr double least_effective_chains = 15.0;
/// Of a double-precision product of one unit and one weight, about.
constexpr double seconds_a_product = 1e-9;

/// What `auto` means for a machine of these layers; another choice stays.
LnZMethod method_for(LnZMethod chosen, std::uint64_t n_visible, std::uint64_t n_hidden) {
  if (chosen != LnZMethod::automatic) return chosen;
  return std::min(n_visible, n_hidden) <= rbm::max_enumerated_units ? LnZMethod::exact : LnZMethod::ais;
}

/// Collective.
rbm::LnZEstimate annealed(campaign::Context& context, const rbm::Machine& machine, const LikelihoodDeck& deck,
                          const std::string& label) {
  const rng::Generator draws = context.random(rng::StreamId::likelihood_chain, label);
  rbm::Annealer annealer(machine, {deck.temperatures, deck.chains}, draws, context.comm(),
                         [&] { context.safe_point(); });
  context.run_stepper(annealer);
  const rbm::LnZEstimate found = annealer.estimate();
  const double gap = found.back - found.ln_z, joint = std::hypot(found.error, found.back_error);
  if (std::abs(gap) > most_disagreement * joint || found.effective_chains < least_effective_chains)
    log::warning(label + ": ln Z annealed forwards is " + format_number(found.ln_z) + ", back " +
                 format_number(found.back) + ", with " + format_number(found.effective_chains) +
                 " effective chains: its error is not to be trusted; raise `temperatures`");
  return found;
}

/// ln Z by the sum over the smaller layer. Collective.
rbm::LnZEstimate enumerated(campaign::Context& context, const rbm::Machine& machine) {
  rbm::LnZSum sum(machine, context.comm());
  context.run_stepper(sum, "ln Z");
  return {.ln_z = sum.ln_z()};
}

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// ln p(v) of the machine and ln P(v) - ln p(v) against the exact Ising model, by temperature; errors of the
/// mean over configurations, with the autocorrelation of those of one ladder. NaN where it is not known.
struct Comparison {
  std::vector<stats::MeanEstimate> log_likelihood, kl;
};

/// F of every configuration and its energy in J (0 where it does not matter), on every rank; each rank works
/// on its part.
std::vector<double> free_energies(campaign::Context& context, const JudgingRows& rows,
                                  const rbm::Machine& machine,
                                  const std::optional<lattice::Geometry>& geometry, const std::string& part) {
  const PackedView kept{rows.packed, machine.n_visible()};
  const auto products = static_cast<double>(machine.n_visible() * machine.n_hidden());
  mpi::DividedRows energies(
      context.comm(), {rows.n_rows(), 2, mpi::rows_a_step(products * seconds_a_product)},
      [&](mpi::Range range, View<double, 2> values) {
        std::vector<double> free_energy(range.size());
        const PackedView some = kept.part(range.first - rows.mine.first, range.size());
        rbm::free_energies(machine, some, free_energy);
        for (std::size_t i = 0; i < range.size(); ++i) {
          values(i, 0) = free_energy[i];
          if (geometry)
            values(i, 1) =
                static_cast<double>(bond_energy(*geometry, reading_of(*geometry, some.bytes.row(i))));
        }
      });
  context.run_stepper(energies, part);
  return energies.gathered();
}

/// Over all configurations. Collective.
Comparison compare(campaign::Context& context, const JudgingRows& rows,
                   const std::optional<campaign::ModelDeck>& model, const rbm::Machine& machine, double ln_z,
                   const std::string& part) {
  const bool known = is_exactly_known(model) && !std::isnan(rows.temperature.front());
  const auto geometry = known ? std::optional<lattice::Geometry>(model->lattice.values) : std::nullopt;
  const std::vector<double> all = free_energies(context, rows, machine, geometry, part);
  const std::size_t n = rows.n_each;
  Comparison result;
  for (std::size_t t = 0; t < rows.temperature.size(); ++t) {
    context.safe_point();
    std::vector<double> ln_p(n), energy(n), excess;
    for (std::size_t c = 0; c < n; ++c) {
      ln_p[c] = -all[2 * (t * n + c)] - ln_z;
      energy[c] = all[2 * (t * n + c) + 1];
    }
    if (known) excess = ising::exact::ln_probabilities(model->lattice.values, rows.temperature[t], energy);
    for (std::size_t c = 0; c < excess.size(); ++c) excess[c] -= ln_p[c];
    result.log_likelihood.push_back(stats::gamma_analysis_in_turn(ln_p, rows.n_ladders));
    result.kl.push_back(known ? stats::gamma_analysis_in_turn(excess, rows.n_ladders)
                              : stats::MeanEstimate{.mean = nan, .error = nan});
  }
  return result;
}

/// What stands at these places; NaN where there is none.
std::vector<stats::MeanEstimate> at_places(const std::vector<stats::MeanEstimate>& all,
                                           const std::vector<std::optional<std::size_t>>& places) {
  std::vector<stats::MeanEstimate> chosen;
  for (const auto& place : places)
    chosen.push_back(place ? all.at(*place) : stats::MeanEstimate{.mean = nan, .error = nan});
  return chosen;
}

/// Means and errors; `more` is added to each error, in quadrature.
void write_estimates(archive::StageWriter& writer, const std::string& path,
                     const std::vector<stats::MeanEstimate>& all, double more) {
  std::vector<double> mean, error;
  for (const auto& at : all) {
    mean.push_back(at.mean);
    error.push_back(std::hypot(at.error, more));
  }
  writer.write_list(path + "/mean", mean);
  writer.write_list(path + "/error", error);
}

/// Of a quantity the value on configurations that were not learned, on learned ones, and the difference,
/// which ln Z does not enter.
void write_quantity(archive::StageWriter& writer, const std::string& name,
                    const std::vector<stats::MeanEstimate>& judged,
                    const std::vector<stats::MeanEstimate>& learned, double ln_z_error) {
  std::vector<stats::MeanEstimate> gap;
  for (std::size_t t = 0; t < judged.size(); ++t)
    gap.push_back(
        {.mean = judged[t].mean - learned[t].mean, .error = std::hypot(judged[t].error, learned[t].error)});
  write_estimates(writer, name, judged, ln_z_error);
  write_estimates(writer, "learned/" + name, learned, ln_z_error);
  write_estimates(writer, "gap/" + name, gap, 0);
}

void add_quantity_rows(std::vector<archive::Row>& rows, const std::string& group, const std::string& over) {
  using enum ElementType;
  const std::vector<archive::Axis> axes{{"temperature", "temperature"}};
  const std::string error = group == "gap/" ? "its standard error, which ln_z does not enter"
                                            : "standard error of the mean, that of ln_z included";
  rows.push_back({group + "log_likelihood/mean", f64, axes, "1",
                  "mean of ln p(v) of the machine, natural logarithm" + over});
  rows.push_back({group + "log_likelihood/error", f64, axes, "1", error});
  rows.push_back({group + "kl_divergence/mean", f64, axes, "1",
                  "D_KL(Ising at T, machine) in nats, NaN where the Ising ln Z is not known exactly" + over});
  rows.push_back({group + "kl_divergence/error", f64, axes, "1", error});
}

} // namespace

const deck::Schema<LikelihoodDeck>& LikelihoodStage::schema() {
  using namespace deck;
  using D = LikelihoodDeck;
  static const Schema<D> schema(
      "likelihood", "ln Z of a machine, its log-likelihood, and its distance from the Ising model",
      field("rbm", &D::rbm, "the machine; of a stack, the one next to the lattice")
          .required()
          .refers_to(a_machine),
      field("sample", &D::sample,
            "configurations that judge the machine, which it has not learned; auto: what its training held "
            "out, else as many as its sample has, drawn afresh")
          .refers_to(an_ensemble),
      field("method", &D::method,
            "exact sums over the smaller layer (at most 24 units); ais is annealed importance sampling; auto "
            "is exact where it can be, else ais"),
      field("temperatures", &D::temperatures, "ais: steps of beta from 0 to 1").check(between(2, 1e7)),
      field("chains", &D::chains, "ais: independent chains").check(between(2, 1e7)));
  return schema;
}

std::vector<campaign::Reference> LikelihoodStage::references(const campaign::Plan& plan) const {
  auto all = StageOf::references(plan);
  const auto info = find_machine(plan, deck().rbm);
  if (info && info->sample != deck().sample)
    all.push_back(campaign::reference_to(plan, an_ensemble, info->sample, "rbm"));
  return all;
}

std::optional<campaign::ModelDeck> LikelihoodStage::model(const campaign::Plan& plan) const {
  const auto info = find_machine(plan, deck().rbm);
  return info ? info->model : std::nullopt;
}

void LikelihoodStage::check(const campaign::Plan& plan, const campaign::Complain& complain) const {
  const MachineInfo info = machine_of(plan, deck().rbm);
  if (deck().sample)
    check_units(ensemble_of(plan, *deck().sample), info.n_visible, info.lattice, info.group, "sample",
                complain);
  if (method_for(deck().method, info.n_visible, info.hidden.front()) != LnZMethod::exact) return;
  const std::uint64_t smaller = std::min(info.n_visible, info.hidden.front());
  if (smaller > rbm::max_enumerated_units)
    complain("method", "exact sums over the smaller layer, here " + std::to_string(smaller) + " units",
             "at most " + std::to_string(rbm::max_enumerated_units) +
                 " units for exact; method = ais, or auto");
}

campaign::Estimate LikelihoodStage::estimate(const campaign::Plan& plan, int n_ranks) const {
  const auto info = find_machine(plan, deck().rbm);
  campaign::Estimate estimate;
  if (!info || info->hidden.empty()) return estimate;
  const auto n_sites = static_cast<double>(info->n_visible);
  const auto n_hidden = static_cast<double>(info->hidden.front());
  if (method_for(deck().method, info->n_visible, info->hidden.front()) == LnZMethod::exact) {
    estimate.work = std::exp2(std::min(n_sites, n_hidden));
    estimate.work_unit = "states";
    estimate.seconds = estimate.work * std::max(n_sites, n_hidden) * 2e-8;
  } else {
    estimate.work = 2.1 * static_cast<double>(deck().chains * deck().temperatures); // there, rest and back
    estimate.work_unit = "Gibbs steps";
    estimate.seconds = estimate.work * (4 * n_sites * n_hidden / 6e10 + 5e-8 * n_hidden);
  }
  const JudgingPlan judging = plan_judging(plan, *info, deck().sample);
  const std::size_t n_classes = judging.ensemble.n_classes();
  const std::uint64_t n_kept = (judging.each.size() + judging.ensemble.n_configurations) * n_classes;
  estimate.seconds += static_cast<double>(n_kept) * n_sites * n_hidden * seconds_a_product;
  // Configurations that it has learned and that it has not, one after the other; two numbers of each on all ranks.
  const std::uint64_t n_most = std::max(judging.each.size(), judging.ensemble.n_configurations) * n_classes;
  estimate.memory_per_rank = bytes_of_judging(judging, n_most, n_ranks) + 32 * static_cast<double>(n_most);
  if (judging.judges == Judges::drawn)
    estimate.seconds += seconds_of_drawing(*judging.ensemble.model, n_classes, judging.each.size());
  return estimate;
}

/// Of configurations that the machine has not learned. Collective.
JudgingRows LikelihoodStage::judging_rows(campaign::Context& context, const JudgingPlan& judging) const {
  const StoredEnsemble sample = open_ensemble(context, judging.judges == Judges::independent
                                                           ? *deck().sample
                                                           : machine_of(context.plan(), deck().rbm).sample);
  if (judging.judges == Judges::drawn)
    return drawn_rows(context, *sample.model, sample.temperature, judging.each.size(), label());
  std::vector<std::size_t> all(sample.temperature.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return stored_rows(context, sample, all, judging.each);
}

void LikelihoodStage::run(campaign::Context& context) {
  const MachineInfo info = machine_of(context.plan(), deck().rbm);
  const rbm::Machine machine = read_machines(context, deck().rbm).front();
  const bool is_exact =
      method_for(deck().method, machine.n_visible(), machine.n_hidden()) == LnZMethod::exact;
  if (deck().method == LnZMethod::automatic) context.resolve("method", is_exact ? "exact" : "ais");
  const rbm::LnZEstimate ln_z =
      is_exact ? enumerated(context, machine) : annealed(context, machine, deck(), label());

  const JudgingPlan judging = plan_judging(context.plan(), info, deck().sample);
  if (judging.judges != Judges::independent) context.resolve("sample", stages::name(judging.judges));
  const StoredEnsemble own = open_ensemble(context, info.sample);
  const JudgingRows learned =
      stored_rows(context, own, learned_temperatures(info, own), {0, info.n_learned(own.n_configurations)});
  const Comparison by_learned =
      compare(context, learned, own.model, machine, ln_z.ln_z, "free energies, learned");
  std::vector<double> temperature = own.temperature;
  Comparison by_judges;
  if (judging.judges == Judges::none) {
    warn_of_no_judges(label(), info);
    const std::vector<std::optional<std::size_t>> nowhere(temperature.size());
    by_judges = {at_places({}, nowhere), at_places({}, nowhere)};
  } else {
    const JudgingRows rows = judging_rows(context, judging);
    temperature = rows.temperature;
    by_judges =
        compare(context, rows, judging.ensemble.model, machine, ln_z.ln_z, "free energies, not learned");
  }
  const auto places = places_of(temperature, learned.temperature);

  archive::StageWriter writer = context.begin_writing();
  writer.write_scalar("ln_z", ln_z.ln_z);
  writer.write_scalar("ln_z_error", ln_z.error);
  if (!is_exact) {
    writer.write_scalar("ln_z_back", ln_z.back);
    writer.write_scalar("ln_z_back_error", ln_z.back_error);
    writer.write_scalar("effective_chains", ln_z.effective_chains);
  }
  writer.write_list("temperature", temperature);
  write_quantity(writer, "log_likelihood", by_judges.log_likelihood,
                 at_places(by_learned.log_likelihood, places), ln_z.error);
  write_quantity(writer, "kl_divergence", by_judges.kl, at_places(by_learned.kl, places), ln_z.error);
  writer.commit();
}

rbm::LnZEstimate read_ln_z(const campaign::Context& context, const std::string& name) {
  const std::string group = context.plan().group_of(a_likelihood, name);
  return {.ln_z = context.archive().read_all<double>(group + "/ln_z").at(0),
          .error = context.archive().read_all<double>(group + "/ln_z_error").at(0)};
}

std::vector<rng::StreamId> LikelihoodStage::streams() {
  using enum rng::StreamId;
  return {likelihood_chain,    sample_initial, sample_update, sample_cluster,    sample_exchange,
          sample_ground_state, sample_flip,    sample_sign,   sample_global_flip};
}

std::vector<archive::Row> LikelihoodStage::rows() {
  using enum ElementType;
  const archive::Axis temperature{"temperature", "temperature"};
  std::vector<archive::Row> rows{
      {"temperature", f64, {temperature}, "J/k_B", "temperatures of the configurations that judge"},
      {"ln_z", f64, {}, "1", "logarithm of the partition function of the machine"},
      {"ln_z_error", f64, {}, "1", "standard error of ln_z; 0 where it is exact"},
      {"ln_z_back",
       f64,
       {},
       "1",
       "ln Z annealed back, from the machine to independent units: ln_z tends to be too small, this too "
       "large"},
      {"ln_z_back_error", f64, {}, "1", "standard error of ln_z_back"},
      {"effective_chains",
       f64,
       {},
       "1",
       "(sum w)^2 / sum w^2 of the chains' weights: near 1 the errors mean nothing"},
  };
  add_quantity_rows(rows, "", ", over configurations that were not learned (sample, auto.sample)");
  add_quantity_rows(rows, "learned/", ", over learned configurations: seen too favourably");
  add_quantity_rows(rows, "gap/", ": the first less the second");
  return rows;
}

} // namespace blockspin::stages
