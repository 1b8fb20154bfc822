// Local updates near T_c, bit-parallel, beside the user's own scalar code; over the
// ranks that run the benchmark.

#include <memory>

#include <fmt/format.h>

#include "blockspin/app/bench.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/ising/half_rows.hpp"
#include "blockspin/replica/lane_ladders.hpp"
#include "blockspin/replica/lattice_ladders.hpp"
#include "blockspin/replica/local_walker.hpp"
#include "plain_ising.hpp"

namespace blockspin::app {

namespace {

using ising::exact::critical_temperature;
const std::string scalar_name = "scalar Metropolis on one core";

/// Sweeps of one square lattice, divided over the ranks, on one instruction set.
struct OneLattice {
  OneLattice(const ising::HalfRowGeometry& geometry, rng::InstructionSet set)
      : rule(ising::LocalUpdate::metropolis, critical_temperature, 0.0, 4),
        generator(1, rng::StreamId::bench, 0), spins(geometry, 0, set) {
    spins.randomise(generator);
    for (int i = 0; i < 20; ++i) sweep();
  }
  void sweep() { spins.sweep(rule, generator, n_sweeps++); }

  ising::FlipRule rule;
  rng::Generator generator;
  ising::HalfRows spins;
  std::uint64_t n_sweeps = 0;
};

std::vector<Figure> one_lattice(const mpi::Communicator& comm, std::uint64_t side) {
  const lattice::Geometry square({side, side});
  const ising::HalfRowGeometry geometry(comm, lattice::Domain(comm, square, best_boxes(square, comm.size())));
  PlainIsing scalar(side, critical_temperature, 1);
  for (int i = 0; i < 5; ++i) scalar.metropolis_sweep();
  std::vector<std::unique_ptr<OneLattice>> ours;
  std::vector<std::function<void()>> rivals{[&] { scalar.metropolis_sweep(); }};
  for (const rng::InstructionSet set : rng::available_instruction_sets()) {
    ours.push_back(std::make_unique<OneLattice>(geometry, set));
    rivals.emplace_back([lattice = ours.back().get()] { lattice->sweep(); });
  }
  const InTurn times = measure_in_turn(comm, rivals);
  const double n_sites = static_cast<double>(square.n_sites()) * 1e-9;
  std::vector<Figure> figures{
      {fmt::format("local.{}.scalar", side), n_sites / times.seconds[0], "updates/ns", 0, ""}};
  for (std::size_t i = 0; i < ours.size(); ++i)
    figures.push_back({fmt::format("local.{}.{}", side, name(rng::available_instruction_sets()[i])),
                       n_sites / times.seconds[i + 1], "updates/ns", times.seconds[0] / times.seconds[i + 1],
                       scalar_name});
  return figures;
}

/// The quickstart's ladder, at 1,024 replicas.
replica::LadderSetup ladder(bool exchange) {
  replica::LadderSetup setup{lattice::Geometry({10, 10}), 0.0, {}};
  for (int i = 1; i <= 25; ++i) setup.temperatures.push_back(0.24 * i);
  setup.n_ladders = 1024;
  setup.exchange = exchange;
  setup.seed = 1;
  return setup;
}

std::vector<Figure> many_replicas(const mpi::Communicator& comm) {
  PlainIsing scalar(10, critical_temperature, 1);
  replica::LaneLadders with(comm, ladder(true)), without(comm, ladder(false));
  const std::function<void()> rivals[] = {[&] { scalar.metropolis_sweep(); }, [&] { with.sweep(); },
                                          [&] { without.sweep(); }};
  const InTurn times = measure_in_turn(comm, rivals);
  const double scalar_rate = 100e-9 / times.seconds[0], n_updates = 100.0 * 25 * 1024 * 1e-9;
  const double rate = n_updates / times.seconds[1], bare = n_updates / times.seconds[2];
  return {{"local.replicas.scalar", scalar_rate, "updates/ns", 0, ""},
          {"local.replicas.exchange", rate, "updates/ns", rate / scalar_rate, scalar_name},
          {"local.replicas.no_exchange", bare, "updates/ns", bare / scalar_rate, scalar_name},
          {"local.replicas.exchange_cost", times.seconds[1] / times.seconds[2] - 1, "of a sweep", 0, ""}};
}

/// What all ranks together do, beside the same work done by one of them while the others wait.
Figure beside_one_rank(const mpi::Communicator& comm, const std::string& name,
                       const std::function<void()>& together, const std::function<void()>& alone) {
  const std::function<void()> on_root = [&] {
    if (comm.is_root()) alone();
  };
  const std::function<void()> rivals[] = {on_root, together};
  const InTurn times = measure_in_turn(comm, rivals);
  return {name, times.seconds[0] / times.seconds[1], fmt::format("times one of {}", comm.size()), 0, ""};
}

std::vector<Figure> beside_one(const mpi::Communicator& comm, std::uint64_t side) {
  const mpi::Communicator self = mpi::Communicator::self();
  const lattice::Geometry square({side, side});
  std::vector<Figure> figures;
  replica::LaneLadders shared(comm, ladder(true)), own(self, ladder(true));
  figures.push_back(beside_one_rank(
      comm, "ranks.temperatures", [&] { shared.sweep(); }, [&] { own.sweep(); }));
  const ising::HalfRowGeometry whole(self, lattice::Domain(self, square, {1, 1, 1}));
  OneLattice alone(whole, rng::best_instruction_set());
  for (const lattice::BoxCounts& boxes : {lattice::BoxCounts{comm.size(), 1, 1}, {1, comm.size(), 1}}) {
    const ising::HalfRowGeometry divided(comm, lattice::Domain(comm, square, boxes));
    OneLattice together(divided, rng::best_instruction_set());
    figures.push_back(beside_one_rank(
        comm, fmt::format("ranks.{}.{}x{}", side, boxes[0], boxes[1]), [&] { together.sweep(); },
        [&] { alone.sweep(); }));
  }
  return figures;
}

/// The layout that `sample` takes for so few replicas, and the other.
std::vector<Figure> few_replicas(const mpi::Communicator& comm, std::uint64_t side) {
  replica::LadderSetup setup = ladder(true);
  setup.geometry = lattice::Geometry({side, side});
  setup.n_ladders = 1;
  PlainIsing scalar(side, critical_temperature, 1);
  replica::LaneLadders across(comm, setup);
  replica::LatticeLadders along(comm, setup, replica::plan_ranks(setup.geometry, 25, comm.size(), {}),
                                replica::local_walkers(setup));
  const std::function<void()> rivals[] = {[&] { scalar.metropolis_sweep(); }, [&] { across.sweep(); },
                                          [&] { along.sweep(); }};
  const InTurn times = measure_in_turn(comm, rivals);
  const double n = static_cast<double>(side * side) * 1e-9;
  const auto figure = [&](const char* layout, double seconds) {
    return Figure{fmt::format("local.few.{}.{}", side, layout), 25 * n / seconds, "updates/ns",
                  25 * times.seconds[0] / seconds, scalar_name};
  };
  return {figure("across_replicas", times.seconds[1]), figure("along_rows", times.seconds[2])};
}

} // namespace

std::vector<Benchmark> local_benchmarks() {
  std::vector<Benchmark> all;
  for (const std::uint64_t side : {64, 128, 256, 512})
    all.push_back({fmt::format("local.few.{}", side),
                   "25 temperatures, one replica at each, exchange at every sweep, in either layout",
                   [side](const mpi::Communicator& comm) { return few_replicas(comm, side); }});
  all.push_back({"ranks", "many temperatures, and one 8192x8192 lattice: all ranks beside one of them",
                 [](const mpi::Communicator& comm) { return beside_one(comm, 8192); }});
  for (const std::uint64_t side : {1024, 8192})
    all.push_back({fmt::format("local.{}", side),
                   "Metropolis on one lattice at T_c, in as many domains as ranks",
                   [side](const mpi::Communicator& comm) { return one_lattice(comm, side); }});
  all.push_back(
      {"local.replicas", "10x10, 25 temperatures, 1,024 replicas, exchange at every sweep", many_replicas});
  return all;
}

} // namespace blockspin::app
