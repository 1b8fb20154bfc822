#include "blockspin/stages/mapping.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/base/log.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/mpi/divided_rows.hpp"
#include "blockspin/rbm/enumeration.hpp"
#include "blockspin/rg/exact_map.hpp"
#include "blockspin/rg/known_machines.hpp"
#include "blockspin/rg/map_estimate.hpp"
#include "blockspin/rg/renormalised_check.hpp"
#include "blockspin/stages/ensemble.hpp"
#include "blockspin/stages/likelihood.hpp"
#include "blockspin/stages/machine.hpp"
#include "blockspin/stages/thermometer.hpp"
#include "judging.hpp"

namespace blockspin::stages {
namespace {

/// Units of a machine whose states are all listed beside the estimates: 2^22 pairs
/// (v, h) in less than a second.
constexpr std::size_t most_listed_units = 22;

/// About, in double precision.
constexpr double seconds_a_product = 1e-9, seconds_a_bond = 2e-8;

/// A machine as the map needs it.
struct MappedMachine {
  rg::FreeEnergy free_energy;
  rg::Estimated ln_z;
  double seconds_each = 0; ///< of one free energy, about
};

rg::SpinModel spin_model(const campaign::ModelDeck& model, double temperature) {
  return {model.n_sites(), rg::periodic_bonds(model.lattice.values), 1 / temperature,
          model.field / temperature};
}

MappedMachine bond_machine(const rg::SpinModel& model, double ising_ln_z) {
  const rg::BondMachine machine(model);
  return {[machine](auto spins) { return machine.free_energy(spins); },
          {machine.ln_z(ising_ln_z), 0},
          static_cast<double>(model.bonds.size()) * seconds_a_bond};
}

MappedMachine lin_tegmark_machine(const rg::SpinModel& model, std::span<const std::uint64_t> lattice,
                                  double extra, double ising_ln_z) {
  const double stronger = model.coupling * (1 + extra);
  const double ln_z_prime = ising::exact::thermodynamics(lattice, 1 / stronger).ln_z;
  const rg::LinTegmarkMachine machine(model, model.coupling * extra, ising_ln_z, ln_z_prime);
  return {[machine](auto spins) { return machine.free_energy(spins); },
          {machine.ln_z(), 0},
          static_cast<double>(model.bonds.size()) * seconds_a_bond};
}

/// ln Z_RBM by enumeration where one layer is small enough, else as the likelihood
/// stage found it. Collective.
rg::Estimated machine_ln_z(campaign::Context& context, const rbm::Machine& machine,
                           const std::optional<std::string>& found) {
  if (!found) {
    rbm::LnZSum sum(machine, context.comm());
    context.run_stepper(sum, "ln Z");
    return {sum.ln_z(), 0};
  }
  const rbm::LnZEstimate ln_z = read_ln_z(context, *found);
  return {ln_z.ln_z, ln_z.error};
}

rg::FreeEnergy free_energy_of(const rbm::Machine& machine) {
  return [&machine,
          values = std::vector<float>(machine.n_visible())](std::span<const std::int8_t> spins) mutable {
    for (std::size_t i = 0; i < spins.size(); ++i)
      values[i] = spins[i] > 0 ? 1.0F : rbm::off_value(machine.units);
    return rbm::free_energy(machine, values);
  };
}

/// ln Tr_h exp T of every configuration, divided over the ranks and gathered in order. Collective.
std::vector<double> gathered_ln_traces(campaign::Context& context, const rg::SpinModel& model,
                                       const MappedMachine& machine, const JudgingRows& rows,
                                       const std::string& part) {
  const PackedView kept{rows.packed, model.n_sites};
  mpi::DividedRows traces(context.comm(), {rows.n_rows(), 1, mpi::rows_a_step(machine.seconds_each)},
                          [&](mpi::Range range, View<double, 2> values) {
                            rg::ln_traces(model, machine.free_energy,
                                          kept.part(range.first - rows.mine.first, range.size()),
                                          values.flat());
                          });
  context.run_stepper(traces, part);
  return traces.gathered();
}

/// The first n configurations, on every rank. Collective.
Array<std::uint8_t, 2> first_rows(const mpi::Communicator& comm, const JudgingRows& rows, std::uint64_t n) {
  const std::size_t n_bytes = rows.packed.extent(1);
  const std::uint64_t n_mine = std::clamp(n, rows.mine.first, rows.mine.last) - rows.mine.first;
  const auto all = comm.gather_all<std::uint8_t>(rows.packed.flat().first(n_mine * n_bytes));
  Array<std::uint8_t, 2> first({n, n_bytes});
  std::copy(all.begin(), all.end(), first.flat().begin());
  return first;
}

/// H_RG[h] and H_RBM[h] at hidden configurations drawn from the first kept ones.
struct HiddenCheck {
  std::vector<double> sampled, machine;
  double violation = 0; ///< largest |H_RG - H_RBM|
  double spread = 0;    ///< largest spread of a configuration's draws
};

/// Row i of the check: both energies at hidden configuration i, and the spread of its draws.
class HiddenCheckRows {
public:
  static constexpr std::size_t width = 3;
  HiddenCheckRows(const rbm::Machine& machine, const rg::SpinModel& model, const PackedView& packed,
                  const rng::Generator& draws)
      : machine_(machine), model_(model), packed_(packed), draws_(draws) {}

  void fill(std::uint64_t i, std::span<double> row) const {
    constexpr std::uint64_t n_draws = 4;
    std::vector<float> visible(machine_.n_visible());
    std::vector<double> fields(machine_.n_hidden());
    unpack(packed_.bytes.row(i), visible, rbm::off_value(machine_.units), 1.0F);
    rbm::hidden_fields(machine_, visible, fields);
    const std::uint64_t sequence = i * (n_draws + 1);
    const auto hidden = rg::drawn_units(machine_.units, fields, draws_, sequence);
    const auto pair = rg::check_renormalised(machine_, model_, hidden, n_draws, draws_, sequence + 1);
    row[0] = pair.sampled;
    row[1] = pair.machine;
    row[2] = pair.spread;
  }

private:
  const rbm::Machine& machine_;
  const rg::SpinModel& model_;
  PackedView packed_;
  const rng::Generator& draws_;
};

/// Milliseconds a configuration, divided over the ranks. Collective.
HiddenCheck checked_hidden(campaign::Context& context, const rbm::Machine& machine,
                           const rg::SpinModel& model, const JudgingRows& rows, std::uint64_t n,
                           const rng::Generator& draws) {
  const auto packed = first_rows(context.comm(), rows, n);
  const HiddenCheckRows check_rows(machine, model, {packed, machine.n_visible()}, draws);
  mpi::DividedRows table(context.comm(), {n, HiddenCheckRows::width, 1},
                         [&](mpi::Range range, View<double, 2> values) {
                           for (std::uint64_t i = range.first; i < range.last; ++i)
                             check_rows.fill(i, values.row(i - range.first));
                         });
  context.run_stepper(table, "hidden check");
  const auto all = table.gathered();
  HiddenCheck check;
  for (std::size_t at = 0; at < all.size(); at += HiddenCheckRows::width) {
    check.sampled.push_back(all[at]);
    check.machine.push_back(all[at + 1]);
    check.violation = std::max(check.violation, std::abs(all[at] - all[at + 1]));
    check.spread = std::max(check.spread, all[at + 2]);
  }
  return check;
}

void write_hidden_check(archive::StageWriter& writer, const HiddenCheck& check) {
  writer.write_list("renormalised/sampled", check.sampled);
  writer.write_list("renormalised/machine", check.machine);
  writer.write_scalar("renormalised/violation", check.violation);
  writer.write_scalar("renormalised/spread", check.spread);
}

void write_estimated(archive::StageWriter& writer, const std::string& path, rg::Estimated estimated) {
  writer.write_scalar(path, estimated.value);
  writer.write_scalar(path + "_error", estimated.error);
}

void write_identities(archive::StageWriter& writer, const rbm::Machine& machine, const rg::SpinModel& model) {
  const auto energies = model.all_energies();
  const rg::ExactMap map = rg::examine_map(energies, rg::machine_map(machine, energies));
  const rg::IdentityErrors errors = rg::check_identities(machine, energies, map);
  writer.write_scalar("identity/trace", errors.trace);
  writer.write_scalar("identity/renormalised", errors.renormalised);
  writer.write_scalar("identity/conditional", errors.conditional);
  writer.write_scalar("identity/mean_trace", errors.mean_trace);
  writer.write_scalar("identity/delta_f", errors.delta_f);
  writer.write_scalar("identity/kl_divergence", errors.kl_divergence);
  writer.write_scalar("enumerated/ln_trace_mean", map.ln_trace_mean);
  writer.write_scalar("enumerated/ln_trace_std", map.ln_trace_std);
  writer.write_scalar("enumerated/delta_f", map.delta_f);
  writer.write_scalar("enumerated/kl_divergence", map.kl_divergence);
}

} // namespace

const deck::Schema<MappingDeck>& MappingStage::schema() {
  using namespace deck;
  using D = MappingDeck;
  static const Schema<D> schema(
      "mapping", "how far a machine is from an exact renormalization of the Ising model",
      field("rbm", &D::rbm,
            "the machine, the lowest layer of a stack; bond: the exact machine; lin_tegmark: an inexact one "
            "of equal free energies")
          .required()
          .refers_to(a_machine, {"bond", "lin_tegmark"}),
      field("temperature", &D::temperature, "temperature of the Ising model; the sample has it")
          .required()
          .unit("J/k_B")
          .check(finite_temperature()),
      field("sample", &D::sample,
            "configurations that judge the machine, which it has not learned; auto: what its training held "
            "out, else as many as its sample has, drawn afresh; bond and lin_tegmark: main")
          .refers_to(an_ensemble),
      field("likelihood", &D::likelihood, "the estimate of ln Z of a machine too large to enumerate")
          .refers_to(a_likelihood),
      field("configurations", &D::configurations,
            "how many configurations are used, of those not learned and of learned ones each; auto: all")
          .check(at_least(2)),
      field(
          "hidden_configurations", &D::hidden_configurations,
          "hidden configurations on which H_RG[h] = H_RBM[h] is checked, one of each of the first kept ones")
          .check(between(1, 10000)),
      field("extra", &D::extra, "lin_tegmark: K(v) in parts of the Ising energy")
          .check(above(0))
          .check(at_most(10)));
  return schema;
}

std::string MappingStage::sample_name(const campaign::Plan& plan) const {
  if (deck().sample) return *deck().sample;
  const auto info = is_built_in() ? std::nullopt : find_machine(plan, deck().rbm);
  return info ? info->sample : "main";
}

JudgingPlan MappingStage::judging(const campaign::Plan& plan) const {
  if (const auto machine = is_built_in() ? std::nullopt : find_machine(plan, deck().rbm))
    return plan_judging(plan, *machine, deck().sample);
  const EnsembleInfo sample = find_ensemble(plan, sample_name(plan)).value_or(EnsembleInfo{});
  return {Judges::independent, sample, {0, sample.n_configurations}}; // it learns nothing
}

std::optional<campaign::ModelDeck> MappingStage::model(const campaign::Plan& plan) const {
  const auto info = find_ensemble(plan, sample_name(plan));
  return info ? info->model : std::nullopt;
}

std::vector<campaign::Reference> MappingStage::references(const campaign::Plan& plan) const {
  auto all = StageOf::references(plan);
  if (!deck().sample) all.push_back(campaign::reference_to(plan, an_ensemble, sample_name(plan), "sample"));
  const auto machine = is_built_in() ? std::nullopt : find_machine(plan, deck().rbm);
  if (machine && machine->sample != sample_name(plan) && find_ensemble(plan, machine->sample))
    all.push_back(campaign::reference_to(plan, an_ensemble, machine->sample, "rbm"));
  return all;
}

void MappingStage::check(const campaign::Plan& plan, const campaign::Complain& complain) const {
  const EnsembleInfo sample = ensemble_of(plan, sample_name(plan));
  const auto machine = is_built_in() ? std::nullopt : find_machine(plan, deck().rbm);
  if (!sample.model)
    return complain("sample", sample.group + " is of no model, of which a machine could be a map",
                    "an ensemble of a [model]");
  if (machine &&
      !check_units(sample, machine->n_visible, machine->lattice, machine->group, "sample", complain))
    return;
  check_temperatures(sample, {deck().temperature}, "temperature", complain);
  const JudgingPlan judging = this->judging(plan);
  if (deck().configurations.value_or(2) > judging.each.size())
    complain("configurations", "is more than " + sample.group + " has of those that judge",
             "2 to " + std::to_string(judging.each.size()));
  if (!is_exactly_known(sample.model))
    complain("temperature", "the exact ln Z is known in one and two dimensions without a field only", "");
  if (deck().likelihood) {
    const auto* const of = plan.provider<LikelihoodStage>(a_likelihood, *deck().likelihood);
    if (of != nullptr && of->machine_name() != deck().rbm)
      complain("likelihood", "is that of the machine " + of->machine_name(),
               "a [likelihood] of " + deck().rbm);
  }
  const std::uint64_t smaller = machine ? std::min(machine->n_visible, machine->hidden.front()) : 0;
  if (!is_built_in() && !deck().likelihood && smaller > rbm::max_enumerated_units)
    complain("likelihood", "is needed: the machine is too large to enumerate", "the name of a [likelihood]");
}

campaign::Estimate MappingStage::estimate(const campaign::Plan& plan, int n_ranks) const {
  const JudgingPlan judging = this->judging(plan);
  const EnsembleInfo& sample = judging.ensemble;
  const auto machine = is_built_in() ? std::nullopt : find_machine(plan, deck().rbm);
  const std::uint64_t n_judging = deck().configurations.value_or(judging.each.size());
  const auto n = static_cast<double>(n_judging);
  const auto n_sites = static_cast<double>(sample.n_sites);
  const double n_hidden = machine ? static_cast<double>(machine->hidden.front()) : 40.0;
  campaign::Estimate estimate;
  estimate.memory_per_rank = 8 * n + bytes_of_judging(judging, n_judging, n_ranks);
  estimate.archive_bytes = 8 * n;
  estimate.work = n;
  estimate.work_unit = "configurations";
  estimate.seconds = (machine ? 2 : 1) * n * n_sites * n_hidden / 2e9;
  if (judging.judges == Judges::drawn) estimate.seconds += seconds_of_drawing(*sample.model, 1, n_judging);
  estimate.layout = "configurations divided over " + counted(static_cast<std::uint64_t>(n_ranks), "rank");
  return estimate;
}

JudgingRows MappingStage::judging_rows(campaign::Context& context, const JudgingPlan& judging) const {
  const StoredEnsemble sample = open_ensemble(context, sample_name(context.plan()));
  const std::uint64_t n = deck().configurations.value_or(judging.each.size());
  if (judging.judges == Judges::drawn)
    return drawn_rows(context, *sample.model, {deck().temperature}, n, label());
  const std::size_t index = deck::find_temperature(sample.temperature, deck().temperature);
  return stored_rows(context, sample, {index}, {judging.each.first, judging.each.first + n});
}

/// The first of those that the machine learned; none where it has not learned this temperature, or its
/// ensemble is gone.
std::optional<JudgingRows> MappingStage::learned_rows(campaign::Context& context) const {
  const auto machine = find_machine(context.plan(), deck().rbm);
  if (!machine || !find_ensemble(context.plan(), machine->sample)) return std::nullopt;
  const StoredEnsemble own = open_ensemble(context, machine->sample);
  if (!own.temperatures) return std::nullopt;
  const std::size_t index = deck::find_temperature(own.temperature, deck().temperature);
  const std::uint64_t n = machine->n_learned(own.n_configurations);
  if (std::ranges::count(learned_temperatures(*machine, own), index) == 0 || n < 2) return std::nullopt;
  return stored_rows(context, own, {index}, {0, std::min(n, deck().configurations.value_or(n))});
}

void MappingStage::run(campaign::Context& context) {
  const JudgingPlan judging = this->judging(context.plan());
  const rg::SpinModel model = spin_model(*judging.ensemble.model, deck().temperature);
  const auto& lattice = judging.ensemble.lattice;
  const double ising_ln_z = ising::exact::thermodynamics(lattice, deck().temperature).ln_z;
  rbm::Machine trained;
  MappedMachine machine;
  if (deck().rbm == "bond") {
    machine = bond_machine(model, ising_ln_z);
  } else if (deck().rbm == "lin_tegmark") {
    machine = lin_tegmark_machine(model, lattice, deck().extra, ising_ln_z);
  } else {
    trained = read_machines(context, deck().rbm).front();
    machine = {free_energy_of(trained), machine_ln_z(context, trained, deck().likelihood),
               static_cast<double>(trained.n_visible() * trained.n_hidden()) * seconds_a_product};
  }

  if (judging.judges != Judges::independent) context.resolve("sample", stages::name(judging.judges));
  const JudgingRows rows = judging_rows(context, judging);
  const auto values = gathered_ln_traces(context, model, machine, rows, "ln trace");
  const rg::LnTraceMoments moments = rg::ln_trace_moments(values);
  const rg::MapVerdict verdict = rg::judge_map(moments, ising_ln_z, machine.ln_z);
  HiddenCheck check;
  if (!is_built_in())
    check =
        checked_hidden(context, trained, model, rows, std::min(rows.n_rows(), deck().hidden_configurations),
                       context.random(rng::StreamId::rg_hidden, label()));
  std::optional<rg::LnTraceMoments> learned;
  if (const auto learned_rows = is_built_in() ? std::nullopt : this->learned_rows(context))
    learned =
        rg::ln_trace_moments(gathered_ln_traces(context, model, machine, *learned_rows, "ln trace, learned"));

  archive::StageWriter writer = context.begin_writing();
  writer.write_list("ln_trace/value", values);
  write_estimated(writer, "ln_trace/mean", moments.mean);
  write_estimated(writer, "ln_trace/std", moments.std);
  writer.write_scalar("ln_trace/minimum", moments.minimum);
  writer.write_scalar("ln_trace/maximum", moments.maximum);
  writer.write_scalar("ising_ln_z", ising_ln_z);
  writer.write_scalar("machine_ln_z", machine.ln_z.value);
  write_estimated(writer, "delta_f", verdict.delta_f);
  const auto& kl = verdict.kl_divergence;
  const double n_sites = static_cast<double>(model.n_sites);
  write_estimated(writer, "kl_divergence", kl);
  write_estimated(writer, "kl_divergence_per_spin", {kl.value / n_sites, kl.error / n_sites});
  if (learned) {
    write_estimated(writer, "learned/kl_divergence",
                    rg::judge_map(*learned, ising_ln_z, machine.ln_z).kl_divergence);
    write_estimated(
        writer, "gap/kl_divergence",
        {learned->mean.value - moments.mean.value, std::hypot(learned->mean.error, moments.mean.error)});
  }
  if (!is_built_in()) write_hidden_check(writer, check);
  if (!is_built_in() && trained.n_visible() + trained.n_hidden() <= most_listed_units)
    write_identities(writer, trained, model);
  writer.commit();
}

std::vector<rng::StreamId> MappingStage::streams() {
  using enum rng::StreamId;
  return {rg_hidden,           sample_initial, sample_update, sample_cluster,    sample_exchange,
          sample_ground_state, sample_flip,    sample_sign,   sample_global_flip};
}

std::vector<archive::Row> MappingStage::rows() {
  using enum ElementType;
  const archive::Axis configuration{"configuration", ""};
  const archive::Axis hidden{"hidden_configuration", ""};
  return {
      {"ln_trace/value",
       f64,
       {configuration},
       "1",
       "ln Tr_h exp T(v) = H[v] - H_RBM[v] of each configuration, in their kept order"},
      {"ln_trace/mean", f64, {}, "1", "mean of ln Tr_h exp T over the data"},
      {"ln_trace/mean_error", f64, {}, "1", "its standard error"},
      {"ln_trace/std",
       f64,
       {},
       "1",
       "standard deviation of ln Tr_h exp T over the data; zero for a map exact up to a constant"},
      {"ln_trace/std_error", f64, {}, "1", "its standard error"},
      {"ln_trace/minimum", f64, {}, "1", "smallest ln Tr_h exp T of the data"},
      {"ln_trace/maximum", f64, {}, "1", "largest ln Tr_h exp T of the data"},
      {"ising_ln_z", f64, {}, "1", "exact ln Z of the Ising model"},
      {"machine_ln_z", f64, {}, "1", "ln Z_RBM of the machine"},
      {"delta_f", f64, {}, "1", "F_h - F_v = ln Z - ln Z_RBM"},
      {"delta_f_error", f64, {}, "1", "its standard error, from that of ln Z_RBM"},
      {"kl_divergence",
       f64,
       {},
       "1",
       "D_KL(Ising || machine) of the whole lattice, in nats, over configurations that it has not learned "
       "(sample, auto.sample)"},
      {"kl_divergence_error", f64, {}, "1", "its standard error"},
      {"kl_divergence_per_spin", f64, {}, "1", "D_KL(Ising || machine) per spin, in nats"},
      {"kl_divergence_per_spin_error", f64, {}, "1", "its standard error"},
      {"learned/kl_divergence",
       f64,
       {},
       "1",
       "the same over configurations that the machine has learned: seen too favourably"},
      {"learned/kl_divergence_error", f64, {}, "1", "its standard error"},
      {"gap/kl_divergence", f64, {}, "1", "the first less the second, which ln Z does not enter"},
      {"gap/kl_divergence_error", f64, {}, "1", "its standard error"},
      {"renormalised/sampled",
       f64,
       {hidden},
       "1",
       "H_RG[h] = -ln Tr_v exp(T - H) of hidden configurations drawn from data, by importance sampling of v"},
      {"renormalised/machine", f64, {hidden}, "1", "H_RBM[h] of the same, the machine's closed form"},
      {"renormalised/violation", f64, {}, "1", "largest |H_RG[h] - H_RBM[h]|: rounding"},
      {"renormalised/spread",
       f64,
       {},
       "1",
       "largest spread of the draws of one H_RG[h], which has no variance: rounding"},
      {"identity/{identity}",
       f64,
       {},
       "1",
       "largest violation of the identity '{identity}' of the map, by enumeration of all states"},
      {"enumerated/{quantity}", f64, {}, "1", "{quantity} by enumeration of all states"},
  };
}

} // namespace blockspin::stages
