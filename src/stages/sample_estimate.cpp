#include <algorithm>
#include <cmath>

#include "blockspin/base/packed.hpp"
#include "blockspin/campaign/plan.hpp"
#include "blockspin/replica/ladder_search.hpp"
#include "blockspin/replica/relaxation.hpp"
#include "blockspin/stages/sample.hpp"
#include "sample_ensemble.hpp"

namespace blockspin::stages {

namespace {

/// The program itself, MPI and HDF5.
constexpr double program_bytes = 5e7;
/// Energy and magnetisation, 16, or 20 as a share of a bin.
constexpr double sample_bytes = 20;

/// A lattice with bits along its rows: the halves of each row are vectors of 512 sites
/// and as much again as guard.
double half_row_bytes(const lattice::Geometry& geometry) {
  const double vectors = std::ceil(static_cast<double>(geometry.row_length()) / 1024);
  return static_cast<double>(geometry.n_rows()) * 2 * 64 * (vectors + 1);
}

/// How the simulated temperatures' lattices are stored.
struct Storage {
  std::string layout;
  double n_lattices = 0;
  double lattice_bytes = 0;
  int n_holders = 1;  ///< ranks that hold kept configurations: all, or one of each group
  double n_parts = 1; ///< that the ranks share
};

Storage storage_of(const replica::LadderSetup& setup, const UpdateChoice& update, const campaign::Plan& plan,
                   int n_ranks) {
  const auto n_t = setup.temperatures.size();
  const double n_sites = static_cast<double>(setup.geometry.n_sites());
  if (n_t == 0) return {"every temperature is drawn exactly, by all ranks", 0, 0, n_ranks, 1e9};
  if (!update.clusters && bits_across_replicas(setup.geometry, n_t, setup.n_ladders)) {
    const std::uint64_t n_words = n_t * groups_of(setup.n_ladders, 64), n_vectors = groups_of(n_words, 8);
    return {"bits across replicas, vectors of 512 lattices over the ranks", static_cast<double>(64 * n_words),
            n_sites / 8, static_cast<int>(std::min(n_vectors, static_cast<std::uint64_t>(n_ranks))),
            static_cast<double>(n_vectors)};
  }
  const replica::RankLayout layout =
      plan_ranks(setup.geometry, n_t * setup.n_ladders, n_ranks, request_of(plan.parallel),
                 update.clusters == replica::ClusterUpdate::wolff);
  return {layout.reason, static_cast<double>(n_t * setup.n_ladders),
          update.clusters ? n_sites / 8 : half_row_bytes(setup.geometry), layout.n_groups,
          static_cast<double>(n_t * setup.n_ladders) * layout.ranks_per_group()};
}

/// Sweeps of equilibration and measurement.
double sweeps_of(const SampleDeck& deck, const replica::LadderSetup& setup, bool clusters) {
  const bool to_be_found = !deck.equilibration || !deck.interval;
  const double least = clusters || !to_be_found ? 0 : static_cast<double>(replica::least_trial(setup));
  const double equilibration = std::max(static_cast<double>(deck.equilibration.value_or(500)), least);
  const double keeps =
      std::ceil(static_cast<double>(deck.configurations) / static_cast<double>(setup.n_ladders));
  return equilibration + std::max(keeps * static_cast<double>(deck.interval.value_or(20)),
                                  static_cast<double>(deck.max_sweeps.value_or(0)));
}

/// Bytes of a rank that holds kept configurations while some of them are on their way to the archive.
double writing_bytes(std::uint64_t n_sites, int n_holders, int n_ranks) {
  const std::size_t packed = packed_bytes(n_sites);
  const double at_once =
      static_cast<double>(packed * replica::KeptConfigurations::n_at_once(packed, n_ranks));
  return at_once / n_ranks + (n_ranks > 1 ? 2 * at_once / n_holders : 0.0);
}

} // namespace

campaign::Estimate SampleStage::estimate(const campaign::Plan& plan, int n_ranks) const {
  const auto all = deck().ladder_to_begin_with();
  const campaign::ModelDeck sampled = *model(plan);
  replica::LadderSetup setup{lattice::Geometry(sampled.lattice.values), sampled.field, simulated(all)};
  const UpdateChoice update = choose_update(deck(), setup);
  const bool clusters = update.clusters.has_value();
  setup.n_ladders =
      deck().replicas.value_or(automatic_replicas(setup.geometry, deck().configurations, clusters));
  const Storage storage = storage_of(setup, update, plan, n_ranks);
  const double n_sites = static_cast<double>(setup.geometry.n_sites()),
               n_ladders = static_cast<double>(setup.n_ladders),
               configurations = static_cast<double>(deck().configurations),
               n_t = static_cast<double>(setup.temperatures.size());
  const double sweeps = sweeps_of(deck(), setup, clusters);
  const double samples = std::min(sweeps, std::ldexp(1.0, 19) / n_ladders + 16);
  campaign::Estimate cost;
  // With the numbers of a configuration's bytes, which are the scale of an axis.
  cost.archive_bytes = static_cast<double>(all.size()) * configurations * (n_sites / 8 + 20) + n_sites / 2;
  cost.memory_per_rank = program_bytes + n_t * configurations * (n_sites / 8 + 32) / storage.n_holders +
                         sample_bytes * storage.n_lattices * samples / n_ranks +
                         std::max(storage.n_lattices * storage.lattice_bytes / n_ranks,
                                  writing_bytes(setup.geometry.n_sites(), storage.n_holders, n_ranks));
  const double trial =
      deck().temperatures ? 0 : static_cast<double>(replica::trial_sweeps(setup, updates_of_trial(update)));
  cost.work = n_sites * (storage.n_lattices * sweeps + n_t * std::min(n_ladders, 64.0) * trial);
  cost.work_unit = "spin updates";
  const double updates_per_second = clusters ? 1.2e8 : 1.5e10;
  cost.seconds = cost.work / updates_per_second;
  cost.n_parts = storage.n_parts;
  cost.layout = storage.layout;
  return cost;
}

} // namespace blockspin::stages
