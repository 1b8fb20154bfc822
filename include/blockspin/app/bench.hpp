#pragma once
// Built-in benchmarks: what `blockspin bench` prints, and how two rivals are timed side by side.
// A room adds a file src/app/bench/<what>.cpp with a function `std::vector<Benchmark> <what>_benchmarks()`,
// declared below, and a line in src/app/bench/registry.cpp.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "blockspin/mpi/communicator.hpp"

namespace blockspin::app {

/// One result: a value with its unit, and its ratio to a named rival measured in the same run (0: no rival).
struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  double ratio = 0;
  std::string ratio_to;
};

struct Benchmark {
  std::string name; ///< "sample.1024": what the command line selects by this name or a prefix of it
  std::string help;
  /// Collective; figures are the root's.
  std::function<std::vector<Figure>(const mpi::Communicator&)> run;
};

/// Every benchmark, room by room.
std::vector<Benchmark> benchmarks();

// One room's benchmarks each.
std::vector<Benchmark> archive_benchmarks();
std::vector<Benchmark> cluster_benchmarks();
std::vector<Benchmark> local_benchmarks();
std::vector<Benchmark> mcrg_benchmarks();
std::vector<Benchmark> training_benchmarks();

/// Median seconds of one call of each rival, timed in turn (a, b, a, b, ...), so that a machine that
/// slows down slows both. Each call is repeated until it takes `least_seconds`. Collective: the time
/// is that of the slowest rank.
struct InTurn {
  std::vector<double> seconds; ///< of each rival
  double ratio_error = 0; ///< half the spread of the middle half of the rounds' ratios, first to last rival
};
InTurn measure_in_turn(const mpi::Communicator& comm, std::span<const std::function<void()>> rivals,
                       int n_rounds = 5, double least_seconds = 0.2);

} // namespace blockspin::app
