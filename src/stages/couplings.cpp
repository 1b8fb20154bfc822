#include "blockspin/stages/couplings.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/base/log.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/rg/coupling_search.hpp"
#include "couplings_write.hpp"
#include "operator_check.hpp"

namespace blockspin::stages {

const deck::Schema<CouplingsDeck>& CouplingsStage::schema() {
  using namespace deck;
  using D = CouplingsDeck;
  static const Schema<D> schema(
      "couplings",
      "effective couplings of an ensemble by maximum pseudo-likelihood, and whether they explain it",
      field("sample", &D::sample, "the ensemble; each of its temperatures has couplings of its own")
          .required()
          .refers_to(an_ensemble),
      field("even", &D::even,
            "couplings of even operators that are sought, the first of the list (Wu & Car 2017): nearest, "
            "diagonal, plaquette, ...; in two dimensions there are 13")
          .check(between(1, 13)),
      field(
          "odd", &D::odd,
          "couplings of odd operators that are sought, the first of the list: the spin (a field), ...; in two "
          "dimensions there are 5")
          .check(at_most(5)));
  return schema;
}

rg::CouplingSetup CouplingsStage::setup_for(const EnsembleInfo& ensemble) const {
  return {ensemble.lattice, deck().even, deck().odd, ensemble.n_configurations, ensemble.n_ladders};
}

void CouplingsStage::check(const campaign::Plan& plan, const campaign::Complain& complain) const {
  const EnsembleInfo ensemble = ensemble_of(plan, deck().sample);
  if (!check_lattice(ensemble.lattice, ensemble.group, "sample", complain)) return;
  check_operators(ensemble.lattice, deck().even, deck().odd, "", complain);
}

campaign::Estimate CouplingsStage::estimate(const campaign::Plan& plan, int n_ranks) const {
  constexpr double program_bytes = 5e7, n_passes = 4, seconds_a_spin = 4e-8;
  const EnsembleInfo ensemble = find_ensemble(plan, deck().sample).value_or(EnsembleInfo{});
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

void CouplingsStage::tell(const std::vector<double>& temperatures,
                          const std::vector<rg::CouplingEstimates>& found) const {
  std::vector<std::string> not_known, correlated;
  std::size_t fewest = found.front().n_bins;
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
  if (fewest < 16 && not_known.size() < found.size())
    log::warning(label() + ": errors are of " + std::to_string(fewest) +
                 " bins only, and rough: more configurations would help");
}

void CouplingsStage::run(campaign::Context& context) {
  const StoredEnsemble ensemble = open_ensemble(context, deck().sample);
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
