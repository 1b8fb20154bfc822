// The samplers against exact answers: Kaufman's torus, P(M) by transfer matrix, enumeration.

#include <cmath>

#include <fmt/format.h>

#include "blockspin/app/selftest.hpp"
#include "blockspin/ising/exact/enumeration.hpp"
#include "blockspin/ising/exact/magnetization.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/replica/cluster_walker.hpp"
#include "blockspin/replica/lane_ladders.hpp"
#include "blockspin/replica/lattice_ladders.hpp"
#include "blockspin/replica/local_walker.hpp"
#include "blockspin/replica/sampling.hpp"

namespace blockspin::app {

namespace {

using ising::Observable;

replica::LadderSetup setup_of(std::vector<std::uint64_t> extents, std::vector<double> temperatures,
                              std::uint64_t n_ladders, double field = 0) {
  replica::LadderSetup setup{lattice::Geometry(std::move(extents)), field, std::move(temperatures)};
  setup.n_ladders = n_ladders;
  setup.seed = 2026; // always the same numbers: a gate that fails does so again
  setup.instance = rng::instance_number("selftest");
  return setup;
}

/// Runs an ensemble to the end and measures it. Collective.
std::vector<ising::Observables> sample(const mpi::Communicator& comm, replica::Ensemble& ensemble,
                                       const replica::LadderSetup& setup, std::uint64_t n_configurations) {
  replica::Sampling sampling(comm, ensemble, setup, {n_configurations, std::nullopt, std::nullopt});
  while (!sampling.done()) sampling.advance();
  return sampling.observables();
}

/// Pulls of one temperature: observable and exact value.
void compare(std::vector<Pull>& pulls, const replica::LadderSetup& setup, std::size_t t,
             const ising::Observables& measured, const std::vector<std::pair<Observable, double>>& exact,
             const std::string& how = {}) {
  for (const auto& [observable, value] : exact)
    pulls.push_back({fmt::format("{}, {}, T = {:.4g}{}{}", ising::name(observable), setup.geometry.name(),
                                 setup.temperatures[t],
                                 setup.field != 0 ? fmt::format(", h = {:.3g}", setup.field) : "", how),
                     measured[observable].mean, value, measured[observable].error, 0});
}

/// 10x10 with exchange, bit-parallel over replicas, as the quickstart samples.
std::vector<Pull> kaufman(const mpi::Communicator& comm) {
  const auto setup = setup_of({10, 10}, {1.5, 2.0, ising::exact::critical_temperature, 2.5, 3.0, 4.5}, 128);
  replica::LaneLadders ensemble(comm, setup);
  const auto measured = sample(comm, ensemble, setup, 64000);
  std::vector<Pull> pulls;
  for (std::size_t t = 0; t < measured.size(); ++t) {
    const double temperature = setup.temperatures[t];
    const auto exact = ising::exact::torus(10, 10, temperature);
    const auto m = ising::exact::magnetization_distribution(10, 10, temperature);
    compare(pulls, setup, t, measured[t],
            {{Observable::energy, exact.energy},
             {Observable::specific_heat, exact.specific_heat},
             {Observable::abs_magnetization, m.abs_moment()},
             {Observable::susceptibility, 100 * (m.moment(2) - std::pow(m.abs_moment(), 2)) / temperature},
             {Observable::binder_cumulant, m.binder_cumulant()}});
  }
  return pulls;
}

/// Tiny lattices of one to three dimensions, both local updates, with a field, above and below T_c.
std::vector<Pull> enumeration(const mpi::Communicator& comm) {
  std::vector<Pull> pulls;
  const std::vector<std::vector<std::uint64_t>> lattices{{11}, {4, 4}, {3, 5}, {3, 3, 3}};
  for (const auto& extents : lattices)
    for (const auto update : {ising::LocalUpdate::metropolis, ising::LocalUpdate::heat_bath}) {
      const std::vector<double> temperatures =
          extents.size() == 3 ? std::vector{3.0, 6.0} : std::vector{1.2, 3.1};
      auto setup = setup_of(extents, temperatures, 64, 0.1);
      setup.update = update;
      replica::LaneLadders ensemble(comm, setup);
      const auto measured = sample(comm, ensemble, setup, 12800);
      const ising::exact::Enumeration all(extents);
      for (std::size_t t = 0; t < measured.size(); ++t) {
        const auto exact = all.observables(setup.temperatures[t], setup.field);
        compare(pulls, setup, t, measured[t],
                {{Observable::energy, exact.energy},
                 {Observable::magnetization, exact.magnetization},
                 {Observable::specific_heat, exact.specific_heat},
                 {Observable::susceptibility_connected, exact.susceptibility_connected}},
                update == ising::LocalUpdate::metropolis ? ", metropolis" : ", heat bath");
      }
    }
  return pulls;
}

/// Larger lattices, bit-parallel along rows: local and cluster updates.
std::vector<Pull> lattices(const mpi::Communicator& comm) {
  std::vector<Pull> pulls;
  const auto setup = setup_of({24, 80}, {2.2, 2.5}, 2);
  const std::vector<std::pair<std::string, replica::WalkerFactory>> updates{
      {", metropolis", replica::local_walkers(setup)},
      {", swendsen_wang", replica::cluster_walkers(setup, replica::ClusterUpdate::swendsen_wang)},
      {", wolff", replica::cluster_walkers(setup, replica::ClusterUpdate::wolff)}};
  for (const auto& [how, factory] : updates) {
    const auto layout = replica::plan_ranks(setup.geometry, 4, comm.size(), std::nullopt, true);
    replica::LatticeLadders ensemble(comm, setup, layout, factory);
    const auto measured = sample(comm, ensemble, setup, 3000);
    for (std::size_t t = 0; t < measured.size(); ++t) {
      const auto exact = ising::exact::torus(24, 80, setup.temperatures[t]);
      compare(pulls, setup, t, measured[t],
              {{Observable::energy, exact.energy}, {Observable::specific_heat, exact.specific_heat}}, how);
    }
  }
  return pulls;
}

} // namespace

std::vector<SelfTest> sampling_selftests() {
  return {{"kaufman", "10x10 by local updates with exchange, against Kaufman and the exact P(M)", kaufman},
          {"enumeration", "tiny lattices of 1 to 3 dimensions in a field, against enumeration", enumeration},
          {"lattices", "24x80 by local and cluster updates, against Kaufman", lattices}};
}

} // namespace blockspin::app
