#include "blockspin/stages/mcrg.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "blockspin/base/log.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/rg/matching.hpp"
#include "blockspin/rg/mcrg_run.hpp"
#include "blockspin/stages/block_filters.hpp"
#include "mcrg_write.hpp"
#include "sample_ensemble.hpp"

namespace blockspin::stages {

namespace {

const UpdateChoice clusters{replica::ClusterUpdate::swendsen_wang, "swendsen_wang", ""};

replica::LadderSetup ladder_setup(const std::vector<std::uint64_t>& extents, double temperature,
                                  std::uint64_t n_ladders) {
  replica::LadderSetup setup{lattice::Geometry(extents), 0.0, {temperature}};
  setup.n_ladders = n_ladders;
  setup.exchange = false;
  return setup;
}

/// One lattice's run, with the ensemble that it moves.
constexpr const char* small_part = "match"; ///< the simulation of the smaller lattice

struct LatticeRun {
  replica::LadderSetup setup;
  rg::BlockingSetup blocking;
  ChosenEnsemble chosen;
  std::unique_ptr<rg::McrgRun> run;
};

/// Simulates to the end; `part` as in run_stepper(). Collective.
LatticeRun simulate(campaign::Context& context, const std::string& label, const std::string& part,
                    const replica::LadderSetup& about, const replica::SamplingPlan& plan,
                    const rg::BlockingSetup& blocking) {
  LatticeRun run{about, blocking, {}, {}};
  run.setup.seed = context.seed();
  run.setup.instance = rng::instance_number(part.empty() ? label : label + "." + part);
  run.chosen = make_ensemble(context.comm(), run.setup, clusters, request_of(context.parallel()));
  log::info(label + ": " + run.setup.geometry.name() + ", update swendsen_wang; " + run.chosen.layout);
  run.run =
      std::make_unique<rg::McrgRun>(context.comm(), *run.chosen.ensemble, run.setup, plan, run.blocking);
  context.run_stepper(*run.run, part);
  return run;
}

/// Which operators levels do not tell from those before.
void tell_of_dropped(const std::string& label, const rg::BlockingSetup& blocking,
                     const std::vector<ising::Operator>& operators,
                     const Array<std::uint8_t, 2>& independent) {
  for (unsigned n = 0; n <= blocking.n_levels; ++n) {
    std::vector<std::string> names;
    for (std::size_t k = 0; k < operators.size(); ++k)
      if (independent(n, k) == 0) names.push_back(operators[k].name);
    if (!names.empty())
      log::info(label + ": level " + std::to_string(n) + ", " +
                deck::extents_text({rg::lattice_of(blocking, n).extents()}) +
                ": these operators depend on the ones before them: " + joined(names, ", ") +
                "; they add nothing there");
  }
}

/// Eigenvalues that give no exponent.
void warn_of_eigenvalues(const std::string& label, const std::string& parity,
                         const rg::ParityEstimates& estimates) {
  std::vector<std::string> places;
  for (std::size_t n = 0; n < estimates.exponent.mean.extent(0); ++n)
    for (std::size_t k = 0; k < estimates.exponent.mean.extent(1); ++k)
      if (std::isnan(estimates.exponent.mean(n, k)))
        places.push_back(fmt::format("level {} with {} ({:.3g} + {:.3g} i)", n + 1, k + 1,
                                     estimates.eigenvalue.mean(n, k),
                                     estimates.eigenvalue_imaginary.mean(n, k)));
  if (places.empty()) return;
  const std::string more = places.size() > 4 ? " and " + std::to_string(places.size() - 4) + " more" : "";
  places.resize(std::min<std::size_t>(places.size(), 4));
  log::warning(label + ": the leading " + parity + " eigenvalue is not real and positive, or unknown, on " +
               joined(places, ", ") + more + " operators: more configurations or fewer operators would help");
}

/// Levels whose couplings are beyond what is measured.
void warn_of_couplings(const std::string& label, const rg::McrgEstimates& found) {
  std::vector<std::string> levels;
  for (std::size_t n = 0; n < found.coupling.mean.extent(0); ++n)
    if (std::isnan(found.coupling.mean(n, 0))) levels.push_back(std::to_string(n));
  if (!levels.empty())
    log::warning(label + ": no couplings are known on level " + joined(levels, ", ") +
                 ": one of them is 1 or more, or the configurations do not fix them");
}

void warn_of_bins(const std::string& label, const rg::McrgEstimates& found) {
  if (found.tau_in_bins > 1)
    log::warning(label +
                 fmt::format(": bins are correlated over {:.2g} of them: errors are too small by some "
                             "{:.2g}; more configurations would help",
                             found.tau_in_bins, std::sqrt(2 * found.tau_in_bins)));
  if (found.n_bins < 16)
    log::warning(label + ": errors are of " + std::to_string(found.n_bins) +
                 " bins only, and rough: more configurations would help");
}

void tell(const std::string& label, const rg::BlockingSetup& blocking, const rg::McrgEstimates& found) {
  tell_of_dropped(label, blocking, blocking.even(), found.even.independent);
  tell_of_dropped(label, blocking, blocking.odd(), found.odd.independent);
  warn_of_eigenvalues(label, "even", found.even);
  warn_of_eigenvalues(label, "odd", found.odd);
  warn_of_couplings(label, found);
  warn_of_bins(label, found);
}

} // namespace

void McrgStage::record_choices(campaign::Context& context, const rg::BlockingSetup& blocking) const {
  const campaign::ModelDeck lattice = *model(context.plan());
  if (!deck().temperature) context.resolve("temperature", format_number(*temperature(lattice)));
  if (!deck().levels) context.resolve("levels", std::to_string(blocking.n_levels));
  if (!deck().even) context.resolve("even", std::to_string(blocking.n_even));
  if (!deck().odd) context.resolve("odd", std::to_string(blocking.n_odd));
  if (!deck().replicas) context.resolve("replicas", std::to_string(n_ladders(lattice)));
}

void McrgStage::run(campaign::Context& context) {
  const campaign::ModelDeck lattice = *model(context.plan());
  const double t = *temperature(lattice);
  rg::BlockingSetup blocking = this->blocking(context.plan(), lattice);
  if (deck().filter)
    blocking.filters = read_filters(context, *deck().filter, static_cast<int>(blocking.extents.size()));
  const replica::SamplingPlan plan{deck().configurations, deck().equilibration, deck().interval};
  const auto setup = [&](const rg::BlockingSetup& of) {
    return ladder_setup(of.extents, t, n_ladders(lattice));
  };
  record_choices(context, blocking);
  const LatticeRun large = simulate(context, label(), "", setup(blocking), plan, blocking);
  const replica::Sampling& sampling = large.run->sampling();
  if (!deck().equilibration) context.resolve("equilibration", std::to_string(sampling.equilibration()));
  if (!deck().interval) context.resolve("interval", std::to_string(sampling.interval()));
  const auto bins = large.run->bins();
  McrgResult result{blocking.factor,
                    static_cast<unsigned>(blocking.extents.size()),
                    t,
                    sampling.sweeps(),
                    sampling.observables().front(),
                    rg::estimate(blocking, bins),
                    {}};
  tell(label(), blocking, result.estimates);
  if (deck().match) {
    rg::BlockingSetup smaller = blocking;
    smaller.extents = rg::lattice_of(blocking, 1).extents();
    --smaller.n_levels;
    // Its levels are the large one's from the first on, so that the same filters make both look alike.
    if (smaller.filters.size() > 1) smaller.filters.erase(smaller.filters.begin());
    const LatticeRun small = simulate(context, label(), small_part, setup(smaller), plan, smaller);
    const auto small_bins = small.run->bins();
    result.critical_coupling = rg::match(1 / t, {blocking, bins}, {smaller, small_bins});
  }
  archive::StageWriter writer = context.begin_writing();
  write_mcrg(writer, result);
  writer.commit();
}

campaign::Estimate McrgStage::estimate(const campaign::Plan& plan, int n_ranks) const {
  constexpr double program_bytes = 5e7, updates_per_second = 1e8;
  const campaign::ModelDeck lattice = *model(plan);
  const rg::BlockingSetup setup = blocking(plan, lattice);
  const std::uint64_t ladders = n_ladders(lattice);
  const double n_sites = static_cast<double>(lattice.n_sites()), n = static_cast<double>(ladders);
  const double share =
      deck().match ? 1 + std::pow(setup.factor, -static_cast<double>(setup.extents.size())) : 1;
  const double sweeps = static_cast<double>(deck().equilibration.value_or(200)) +
                        std::ceil(static_cast<double>(deck().configurations) / n) *
                            static_cast<double>(deck().interval.value_or(10));
  campaign::Estimate cost;
  cost.work = share * n_sites * n * sweeps;
  cost.work_unit = "spin updates";
  cost.seconds = cost.work / updates_per_second;
  const double bin_bytes =
      16.0 * (setup.n_levels + 1) *
      static_cast<double>(4 * setup.n_even * setup.n_even + 3 * setup.n_odd * setup.n_odd);
  cost.memory_per_rank = program_bytes + 3 * n_sites / 8 * std::ceil(n / n_ranks) + 3 * 128 * bin_bytes +
                         20 * n * std::min(sweeps, 524288 / n + 16) / n_ranks;
  cost.archive_bytes = 1e5;
  cost.layout =
      replica::plan_ranks(lattice::Geometry(setup.extents), ladders, n_ranks, request_of(plan.parallel))
          .reason;
  return cost;
}

std::vector<campaign::Part> McrgStage::parts() const {
  std::vector<campaign::Part> lattices = {campaign::Part{}};
  if (deck().match) lattices.push_back({small_part});
  return lattices;
}

void McrgStage::check_state(std::size_t, StateSource& source, const std::vector<std::string>&) const {
  if (replica::Sampling::is_beyond(source, deck().configurations, 0)) refuse_as_beyond("configurations");
}

} // namespace blockspin::stages
