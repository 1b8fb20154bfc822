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

/// F of every kept configuration, one temperature after the other, on every rank; each rank works on its
/// part.
std::vector<double> all_free_energies(campaign::Context& context, const StoredEnsemble& sample,
                                      const rbm::Machine& machine) {
  std::vector<std::size_t> all(sample.temperature.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const std::uint64_t n = all.size() * sample.n_configurations;
  const auto mine = mpi::block_range(n, context.comm().rank(), context.comm().size());
  const auto packed = read_configurations(context.archive(), sample, all, mine);
  const PackedView kept{packed, machine.n_visible()};
  const auto products = static_cast<double>(machine.n_visible() * machine.n_hidden());
  mpi::DividedRows energies(context.comm(), {n, 1, mpi::rows_a_step(products * seconds_a_product)},
                            [&](mpi::Range rows, View<double, 2> values) {
                              rbm::free_energies(machine, kept.part(rows.first - mine.first, rows.size()),
                                                 values.flat());
                            });
  context.run_stepper(energies, "free energies");
  return energies.gathered();
}

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// ln p(v) of the machine and ln P(v) - ln p(v) against the exact Ising model, by temperature; errors
/// with the autocorrelation of configurations of one ladder.
struct Comparison {
  std::vector<double> log_likelihood, log_likelihood_error, kl, kl_error;
};

Comparison compare(campaign::Context& context, const StoredEnsemble& sample, std::vector<double> free_energy,
                   const rbm::LnZEstimate& ln_z) {
  const bool known = is_exactly_known(sample.model);
  const auto energy = known ? read_energies(context.archive(), sample) : std::vector<double>{};
  const std::size_t n = sample.n_configurations;
  Comparison result;
  for (std::size_t t = 0; t < sample.temperature.size(); ++t) {
    context.safe_point();
    std::vector<double> ln_p(n), excess(n, 0.0);
    for (std::size_t c = 0; c < n; ++c) ln_p[c] = -free_energy[t * n + c] - ln_z.ln_z;
    if (known)
      excess = ising::exact::ln_probabilities(sample.lattice, sample.temperature[t],
                                              {energy.begin() + static_cast<std::ptrdiff_t>(t * n),
                                               energy.begin() + static_cast<std::ptrdiff_t>((t + 1) * n)});
    for (std::size_t c = 0; known && c < n; ++c) excess[c] -= ln_p[c];
    const auto likelihood = stats::gamma_analysis_in_turn(ln_p, sample.n_ladders);
    const auto kl = known ? stats::gamma_analysis_in_turn(excess, sample.n_ladders)
                          : stats::MeanEstimate{.mean = nan, .error = nan};
    result.log_likelihood.push_back(likelihood.mean);
    result.log_likelihood_error.push_back(std::hypot(likelihood.error, ln_z.error));
    result.kl.push_back(kl.mean);
    result.kl_error.push_back(std::hypot(kl.error, ln_z.error));
  }
  return result;
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
      field("method", &D::method,
            "exact sums over the smaller layer (at most 24 units); ais is annealed importance sampling; auto "
            "is exact where it can be, else ais"),
      field("temperatures", &D::temperatures, "ais: steps of beta from 0 to 1").check(between(2, 1e7)),
      field("chains", &D::chains, "ais: independent chains").check(between(2, 1e7)));
  return schema;
}

std::vector<campaign::Reference> LikelihoodStage::references(const campaign::Plan& plan) const {
  auto all = StageOf::references(plan);
  if (const auto info = find_machine(plan, deck().rbm))
    all.push_back(campaign::reference_to(plan, an_ensemble, info->sample, "rbm"));
  return all;
}

std::optional<campaign::ModelDeck> LikelihoodStage::model(const campaign::Plan& plan) const {
  const auto info = find_machine(plan, deck().rbm);
  return info ? info->model : std::nullopt;
}

void LikelihoodStage::check(const campaign::Plan& plan, const campaign::Complain& complain) const {
  const MachineInfo info = machine_of(plan, deck().rbm);
  if (method_for(deck().method, info.n_visible, info.hidden.front()) != LnZMethod::exact) return;
  const std::uint64_t smaller = std::min(info.n_visible, info.hidden.front());
  if (smaller > rbm::max_enumerated_units)
    complain("method", "exact sums over the smaller layer, here " + std::to_string(smaller) + " units",
             "at most " + std::to_string(rbm::max_enumerated_units) +
                 " units for exact; method = ais, or auto");
}

campaign::Estimate LikelihoodStage::estimate(const campaign::Plan& plan, int) const {
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
  const EnsembleInfo sample = find_ensemble(plan, info->sample).value_or(EnsembleInfo{});
  const std::uint64_t n_kept = sample.n_configurations * sample.n_classes();
  estimate.seconds += static_cast<double>(n_kept) * n_sites * n_hidden * seconds_a_product;
  return estimate;
}

void LikelihoodStage::run(campaign::Context& context) {
  const rbm::Machine machine = read_machines(context, deck().rbm).front();
  const StoredEnsemble sample = open_ensemble(context, machine_of(context.plan(), deck().rbm).sample);
  const bool is_exact =
      method_for(deck().method, machine.n_visible(), machine.n_hidden()) == LnZMethod::exact;
  if (deck().method == LnZMethod::automatic) context.resolve("method", is_exact ? "exact" : "ais");
  const rbm::LnZEstimate ln_z =
      is_exact ? enumerated(context, machine) : annealed(context, machine, deck(), label());
  const Comparison result = compare(context, sample, all_free_energies(context, sample, machine), ln_z);

  archive::StageWriter writer = context.begin_writing();
  writer.write_scalar("ln_z", ln_z.ln_z);
  writer.write_scalar("ln_z_error", ln_z.error);
  if (!is_exact) {
    writer.write_scalar("ln_z_back", ln_z.back);
    writer.write_scalar("ln_z_back_error", ln_z.back_error);
    writer.write_scalar("effective_chains", ln_z.effective_chains);
  }
  writer.write_list("temperature", sample.temperature);
  writer.write_list("log_likelihood/mean", result.log_likelihood);
  writer.write_list("log_likelihood/error", result.log_likelihood_error);
  writer.write_list("kl_divergence/mean", result.kl);
  writer.write_list("kl_divergence/error", result.kl_error);
  writer.commit();
}

rbm::LnZEstimate read_ln_z(const campaign::Context& context, const std::string& name) {
  const std::string group = context.plan().group_of(a_likelihood, name);
  return {.ln_z = context.archive().read_all<double>(group + "/ln_z").at(0),
          .error = context.archive().read_all<double>(group + "/ln_z_error").at(0)};
}

std::vector<rng::StreamId> LikelihoodStage::streams() {
  using enum rng::StreamId;
  return {likelihood_chain};
}

std::vector<archive::Row> LikelihoodStage::rows() {
  using enum ElementType;
  const archive::Axis temperature{"temperature", "temperature"};
  return {
      {"temperature", f64, {temperature}, "J/k_B", "temperatures of the sample"},
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
      {"log_likelihood/mean",
       f64,
       {temperature},
       "1",
       "ln p(v) of the machine, mean over the kept configurations; natural logarithm"},
      {"log_likelihood/error", f64, {temperature}, "1", "standard error of the mean, that of ln_z included"},
      {"kl_divergence/mean",
       f64,
       {temperature},
       "1",
       "D_KL(Ising at T, machine) in nats, absolute; NaN where the Ising ln Z is not known exactly"},
      {"kl_divergence/error", f64, {temperature}, "1", "standard error of the mean, that of ln_z included"},
  };
}

} // namespace blockspin::stages
