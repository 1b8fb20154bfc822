#include "sample_ensemble.hpp"

#include <algorithm>

#include "blockspin/base/packed.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/mpi/agree.hpp"
#include "blockspin/replica/ladder_search.hpp"
#include "blockspin/replica/lane_ladders.hpp"
#include "blockspin/replica/lattice_ladders.hpp"
#include "blockspin/replica/local_walker.hpp"
#include "blockspin/rng/instruction_set.hpp"
#include "sample_drawn.hpp"

namespace blockspin::stages {

namespace {

constexpr std::uint64_t ladders_per_word = 64;
/// Lattices up to this many sites are simulated in company.
constexpr std::uint64_t most_shared_sites = std::uint64_t{1} << 14;
/// The most words of ladders that `auto` takes; a further one for each thousand configurations.
constexpr std::uint64_t most_automatic_words = 16;
constexpr std::uint64_t configurations_per_word = 1024;

/// Above this temperature nearly every Metropolis proposal is accepted, sublattice after sublattice, and |m|
/// hardly changes from sweep to sweep; the heat bath has no such memory.
constexpr double hottest_metropolis = 10.0;

/// Up to this many sites there are often enough states for random starts to be among them in which no spin
/// meets a local field when its turn comes: 8 of the 512 of 3x3, 36 of the 65,536 of 4x4 (two rows up, two
/// down), 1e-6 of 5x5, 4e-7 of 3x3x3, 8e-9 of 4x8. Metropolis, which accepts dE = 0 always, turns such a
/// state over in every sweep at every temperature, and never leaves it; the heat bath leaves every state.
constexpr std::uint64_t most_sites_of_heat_bath = 32;

/// The temperatures an update is chosen for, increasing.
std::vector<double> temperatures_to_judge(const SampleDeck& deck, const lattice::Geometry& geometry) {
  auto temperatures = simulated(deck.ladder_to_begin_with());
  if (deck.temperatures || geometry.n_dimensions() == 1) return temperatures;
  const double critical = geometry.n_dimensions() == 2 ? ising::exact::critical_temperature
                                                       : ising::exact::cubic_critical_temperature;
  if (temperatures.front() < critical && critical < temperatures.back())
    temperatures.insert(std::lower_bound(temperatures.begin(), temperatures.end(), critical), critical);
  return temperatures;
}

bool is_tiny(const lattice::Geometry& geometry) { return geometry.n_sites() <= most_sites_of_heat_bath; }

} // namespace

bool may_turn_for_ever(const replica::LadderSetup& setup) {
  return setup.update == ising::LocalUpdate::metropolis && setup.field == 0.0 && is_tiny(setup.geometry) &&
         setup.geometry.n_dimensions() > 1;
}

double updates_of_trial(const UpdateChoice& update) {
  return update.clusters ? 0x1p28 : replica::updates_of_last_trial;
}

std::vector<double> simulated(const std::vector<double>& temperatures) {
  std::vector<double> chosen;
  std::copy_if(temperatures.begin(), temperatures.end(), std::back_inserter(chosen), is_simulated);
  return chosen;
}

std::optional<replica::DomainRequest> request_of(const campaign::ParallelDeck& parallel) {
  if (!parallel.domains) return std::nullopt;
  return replica::DomainRequest{parallel.domains->values};
}

UpdateChoice choose_update(const SampleDeck& deck, replica::LadderSetup& setup) {
  const auto local = [&](ising::LocalUpdate update, const std::string& reason) -> UpdateChoice {
    setup.update = update;
    return {{}, update == ising::LocalUpdate::metropolis ? "metropolis" : "heat_bath", reason};
  };
  using enum SampleUpdate;
  switch (deck.update) {
  case metropolis: return local(ising::LocalUpdate::metropolis, "");
  case heat_bath: return local(ising::LocalUpdate::heat_bath, "");
  case wolff: return {replica::ClusterUpdate::wolff, "wolff", ""};
  case swendsen_wang: return {replica::ClusterUpdate::swendsen_wang, "swendsen_wang", ""};
  case automatic: break;
  }
  replica::LadderSetup about = setup;
  about.temperatures = temperatures_to_judge(deck, setup.geometry);
  const replica::ClusterAdvice advice = advise_clusters(about);
  if (advice.clusters) return {replica::ClusterUpdate::swendsen_wang, "swendsen_wang", advice.reason};
  if (setup.geometry.n_dimensions() == 1)
    return local(ising::LocalUpdate::heat_bath, "in one dimension the heat bath moves domain walls best");
  if (is_tiny(setup.geometry))
    return local(ising::LocalUpdate::heat_bath, "on so few sites Metropolis never leaves some states");
  if (!about.temperatures.empty() && about.temperatures.back() > hottest_metropolis)
    return local(ising::LocalUpdate::heat_bath,
                 "at high temperatures Metropolis only turns all spins over and over");
  return local(ising::LocalUpdate::metropolis, advice.reason);
}

std::uint64_t automatic_replicas(const lattice::Geometry& geometry, std::uint64_t configurations,
                                 bool clusters) {
  if (clusters || geometry.n_sites() > most_shared_sites) return 1;
  return ladders_per_word *
         std::clamp<std::uint64_t>(configurations / configurations_per_word, 1, most_automatic_words);
}

bool bits_across_replicas(const lattice::Geometry& geometry, std::size_t n_temperatures,
                          std::uint64_t n_ladders) {
  if (geometry.n_sites() >= std::uint64_t{1} << 31) return false;
  const std::uint64_t words = n_temperatures * groups_of(n_ladders, ladders_per_word);
  const std::uint64_t across = geometry.n_sites() * groups_of(words, 8);
  const std::uint64_t along =
      n_temperatures * n_ladders * geometry.n_rows() * 2 * groups_of(geometry.row_length(), 1024);
  return across <= along;
}

ChosenEnsemble make_ensemble(const mpi::Communicator& comm, const replica::LadderSetup& setup,
                             const UpdateChoice& update,
                             const std::optional<replica::DomainRequest>& domains) {
  const std::size_t n_t = setup.temperatures.size();
  const std::string ladders = std::to_string(setup.n_ladders) +
                              (setup.n_ladders == 1 ? " ladder" : " ladders") + " of " + std::to_string(n_t) +
                              (n_t == 1 ? " temperature" : " temperatures");
  const std::string path = " (" + std::string(rng::name(rng::best_instruction_set())) + ")";
  if (!update.clusters && bits_across_replicas(setup.geometry, n_t, setup.n_ladders)) {
    const std::uint64_t n_vectors = groups_of(n_t * groups_of(setup.n_ladders, ladders_per_word), 8);
    std::string layout = ladders + ", bits across replicas" + path + ": " + counted(n_vectors, "vector") +
                         " of 512 lattices over " + counted(static_cast<std::uint64_t>(comm.size()), "rank");
    if (n_vectors < static_cast<std::uint64_t>(comm.size()))
      layout += "; idle: " + counted(static_cast<std::uint64_t>(comm.size()) - n_vectors, "rank");
    if (domains) layout += "; lattices so small are not divided into domains";
    return {std::make_unique<replica::LaneLadders>(comm, setup), layout};
  }
  replica::RankLayout layout;
  mpi::agreed(comm, [&] {
    layout = plan_ranks(setup.geometry, setup.n_ladders * n_t, comm.size(), domains,
                        update.clusters == replica::ClusterUpdate::wolff);
  });
  const auto walkers = update.clusters ? cluster_walkers(setup, *update.clusters) : local_walkers(setup);
  return {std::make_unique<replica::LatticeLadders>(comm, setup, layout, walkers),
          ladders + ", bits along rows" + path + ": " + layout.reason};
}

} // namespace blockspin::stages
