// Cluster updates near T_c on one core, beside the user's own scalar code.

#include <fmt/format.h>

#include "blockspin/app/bench.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/ising/swendsen_wang.hpp"
#include "blockspin/ising/wolff.hpp"
#include "plain_ising.hpp"

namespace blockspin::app {

namespace {

/// A lattice that either cluster update has brought to equilibrium.
struct ClusterLattice {
  ClusterLattice(std::uint64_t side, double t)
      : temperature(t), spins(ising::RowBlock::whole(lattice::Geometry({side, side}))),
        swendsen_wang(spins.block()),
        wolff(spins.block()), random{rng::Generator(1, rng::StreamId::bench, 0), 0, 0} {
    spins.randomise(random.generator, 0);
    for (int i = 0; i < 60; ++i) sweep();
  }
  void sweep() {
    ++random.sweep;
    swendsen_wang.sweep(spins, temperature, random, self);
  }
  void grow() {
    ++random.sweep;
    n_turned += static_cast<double>(wolff.update(spins, temperature, 1, random));
    ++n_clusters;
  }

  double temperature;
  mpi::Communicator self = mpi::Communicator::self();
  ising::RowSpins spins;
  ising::SwendsenWang swendsen_wang;
  ising::Wolff wolff;
  ising::ClusterStream random;
  double n_turned = 0, n_clusters = 0;
};

std::vector<Figure> clusters(const mpi::Communicator& comm, std::uint64_t side) {
  const double t = ising::exact::critical_temperature, n_sites = static_cast<double>(side * side);
  PlainIsing metropolis(side, t, 1), plain(side, t, 2);
  for (int i = 0; i < 60; ++i) plain.swendsen_wang_sweep();
  for (int i = 0; i < 60; ++i) metropolis.metropolis_sweep();
  ClusterLattice ours(side, t), single(side, t);
  const std::function<void()> rivals[] = {[&] { metropolis.metropolis_sweep(); },
                                          [&] { plain.swendsen_wang_sweep(); }, [&] { ours.sweep(); },
                                          [&] { single.grow(); }};
  const InTurn times = measure_in_turn(comm, rivals);
  const double scalar = times.seconds[0] * 1e9 / n_sites, plain_sw = times.seconds[1] * 1e9 / n_sites,
               sw = times.seconds[2] * 1e9 / n_sites,
               wolff = times.seconds[3] * 1e9 / (single.n_turned / single.n_clusters);
  const std::string name = fmt::format("cluster.{}.", side), scalar_name = "scalar Metropolis, time a site";
  return {{name + "scalar_metropolis", scalar, "ns/site", 0, ""},
          {name + "plain_swendsen_wang", plain_sw, "ns/site", plain_sw / scalar, scalar_name},
          {name + "swendsen_wang", sw, "ns/site", sw / scalar, scalar_name},
          {name + "swendsen_wang_to_plain", sw, "ns/site", sw / plain_sw, "plain union-find"},
          {name + "wolff", wolff, "ns/turned site", wolff / scalar, scalar_name}};
}

} // namespace

std::vector<Benchmark> cluster_benchmarks() {
  std::vector<Benchmark> all;
  for (const std::uint64_t side : {64, 1024, 4096})
    all.push_back({fmt::format("cluster.{}", side), "Swendsen-Wang and Wolff at T_c beside scalar codes",
                   [side](const mpi::Communicator& comm) { return clusters(comm, side); }});
  return all;
}

} // namespace blockspin::app
