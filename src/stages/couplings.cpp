#include "blockspin/stages/couplings.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "blockspin/base/log.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/rg/coupling_search.hpp"
#include "blockspin/rg/machine_couplings.hpp"
#include "couplings_write.hpp"
#include "operator_check.hpp"

namespace blockspin::stages {

namespace {

using Resolved = deck::Resolved<CouplingsDeck>;

std::string wrong_source(const Resolved& resolved) {
  const CouplingsDeck& deck = resolved.deck;
  if (deck.sample && deck.rbm)
    return "and rbm exclude each other: couplings are of an ensemble or of a machine";
  return deck.sample || deck.rbm ? "" : "or rbm must say what the couplings are of";
}

std::string wrong_epoch(const Resolved& resolved) {
  return resolved.deck.epoch && !resolved.deck.rbm ? "is of the machine that rbm names" : "";
}

} // namespace

const deck::Schema<CouplingsDeck>& CouplingsStage::schema() {
  using namespace deck;
  using D = CouplingsDeck;
  static const auto schema =
      Schema<D>(
          "couplings",
          "effective couplings of an ensemble by maximum pseudo-likelihood, and whether they explain it; or of a "
          "machine's visible units, in closed form",
          field("sample", &D::sample, "the ensemble; each of its temperatures has couplings of its own")
              .refers_to(an_ensemble, {"none"}),
          field(
              "rbm", &D::rbm,
              "instead of sample: the machine, of a stack the one next to the lattice; couplings are from its "
              "weights and biases, averaged over the lattice")
              .refers_to(a_machine, {"none"}),
          field("epoch", &D::epoch,
                "the machine's snapshot after so many epochs; auto: as its training left it")
              .unit("epochs"),
          field("epoch_scan", &D::epoch_scan, "instead of epoch: couplings of each of these snapshots")
              .default_text("none")
              .unit("epochs")
              .scans("epoch", "e"),
          field(
              "even", &D::even,
              "couplings of even operators that are sought, the first of the list (Wu & Car 2017): nearest, "
              "diagonal, plaquette, ...; in two dimensions there are 13")
              .check(between(1, 13)),
          field(
              "odd", &D::odd,
              "couplings of odd operators that are sought, the first of the list: the spin (a field), ...; in "
              "two dimensions there are 5")
              .check(at_most(5)))
          .rule("sample", wrong_source)
          .rule("epoch", wrong_epoch);
  return schema;
}

rg::CouplingSetup CouplingsStage::setup_for(const EnsembleInfo& ensemble) const {
  return {ensemble.lattice, deck().even, deck().odd, ensemble.n_configurations, ensemble.n_ladders};
}

std::vector<std::uint64_t> CouplingsStage::lattice(const campaign::Plan& plan) const {
  return deck().rbm ? find_machine(plan, *deck().rbm).value_or(MachineInfo{}).lattice
                    : find_ensemble(plan, *deck().sample).value_or(EnsembleInfo{}).lattice;
}

void CouplingsStage::check(const campaign::Plan& plan, const campaign::Complain& complain) const {
  const std::string group =
      deck().rbm ? machine_of(plan, *deck().rbm).group : ensemble_of(plan, *deck().sample).group;
  if (!check_lattice(lattice(plan), group, deck().rbm ? "rbm" : "sample", complain)) return;
  check_operators(lattice(plan), deck().even, deck().odd, "", complain);
  if (deck().rbm) check_snapshot(plan, *deck().rbm, deck().epoch, complain);
}

campaign::Estimate CouplingsStage::estimate(const campaign::Plan& plan, int n_ranks) const {
  return deck().rbm ? estimate_machine(plan, n_ranks) : estimate_sample(plan, n_ranks);
}

campaign::Estimate CouplingsStage::estimate_sample(const campaign::Plan& plan, int n_ranks) const {
  constexpr double program_bytes = 5e7, n_passes = 4, seconds_a_spin = 4e-8;
  const EnsembleInfo ensemble = find_ensemble(plan, *deck().sample).value_or(EnsembleInfo{});
  const double n = static_cast<double>(ensemble.n_configurations * ensemble.n_classes());
  campaign::Estimate cost;
  cost.archive_bytes = 1e4 + 800.0 * static_cast<double>(ensemble.n_classes());
  cost.memory_per_rank = program_bytes + 4e6 / n_ranks;
  cost.work = n_passes * n * static_cast<double>(ensemble.n_sites);
  cost.work_unit = "spins";
  cost.seconds = cost.work / n_passes * seconds_a_spin;
  cost.layout = "configurations divided over the ranks";
  return cost;
}

campaign::Estimate CouplingsStage::estimate_machine(const campaign::Plan& plan, int) const {
  constexpr double program_bytes = 5e7, nodes = 200, products_a_site = 4, seconds_a_node = 3e-8;
  const MachineInfo machine = find_machine(plan, *deck().rbm).value_or(MachineInfo{});
  const auto n_sites = static_cast<double>(machine.n_visible);
  const double n_hidden = machine.hidden.empty() ? 0 : static_cast<double>(machine.hidden.front());
  const double n_products = products_a_site * n_sites * static_cast<double>(deck().even + deck().odd);
  campaign::Estimate cost;
  cost.archive_bytes = 1e4;
  cost.memory_per_rank = program_bytes + n_sites * (8 * nodes + 8 * n_hidden) + 100 * n_products;
  cost.work = n_hidden * nodes * (n_sites + n_products / 10);
  cost.work_unit = "sines and cosines";
  cost.seconds = cost.work * seconds_a_node;
  cost.layout = "hidden units divided over the ranks";
  return cost;
}

void CouplingsStage::tell(const std::vector<double>& temperatures,
                          const std::vector<rg::CouplingEstimates>& found) const {
  std::vector<std::string> not_known, correlated;
  std::size_t fewest = std::numeric_limits<std::size_t>::max(); // of temperatures whose couplings are known
  for (std::size_t t = 0; t < found.size(); ++t) {
    if (std::isnan(found[t].mean.front()))
      not_known.push_back(format_number(temperatures[t]));
    else
      fewest = std::min(fewest, found[t].n_bins);
    if (found[t].tau_in_bins > 1) correlated.push_back(format_number(temperatures[t]));
  }
  if (!not_known.empty())
    log::warning(label() + ": no couplings are known at temperature " + joined(not_known, ", ") +
                 ": one of them is 1 or more, or the configurations do not fix them");
  if (!correlated.empty())
    log::warning(label() + ": bins are correlated at temperature " + joined(correlated, ", ") +
                 ": errors are too small there, see tau_in_bins; more configurations would help");
  if (fewest < 16)
    log::warning(label() + ": errors are of " + std::to_string(fewest) +
                 " bins only, and rough: more configurations would help");
}

void CouplingsStage::run(campaign::Context& context) {
  return deck().rbm ? run_machine(context) : run_sample(context);
}

void CouplingsStage::run_machine(campaign::Context& context) {
  const MachineInfo info = machine_of(context.plan(), *deck().rbm);
  const rbm::Machine machine = read_machines(context, *deck().rbm, deck().epoch).front();
  rg::CouplingOperators operators({info.lattice, deck().even, deck().odd});
  operators.all.resize(operators.n_fitted);
  rg::MachineCouplings steps(context.comm(), machine, info.lattice, operators.all,
                             [&] { context.safe_point(); });
  context.run_stepper(steps);
  const std::vector<rg::PlacedCoupling> found = steps.couplings();
  archive::StageWriter writer = context.begin_writing();
  write_couplings(writer, static_cast<int>(info.lattice.size()), operators.all, found);
  writer.commit();
}

void CouplingsStage::run_sample(campaign::Context& context) {
  const StoredEnsemble ensemble = open_ensemble(context, *deck().sample);
  const rg::CouplingSetup setup = setup_for(ensemble);
  const auto read = [&](std::size_t t, mpi::Range mine) {
    return read_configurations(context.archive(), ensemble, {t}, mine);
  };
  rg::CouplingSearch search(context.comm(), setup, ensemble.temperature.size(), read,
                            [&] { context.safe_point(); });
  context.run_stepper(search);
  std::vector<rg::CouplingEstimates> found;
  for (std::size_t t = 0; t < ensemble.temperature.size(); ++t) found.push_back(search.estimates(t));
  tell(ensemble.temperature, found);
  archive::StageWriter writer = context.begin_writing();
  write_couplings(writer, setup, ensemble.temperature, found);
  writer.commit();
}

} // namespace blockspin::stages
