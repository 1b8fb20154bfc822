// blockspin bench: the built-in benchmarks, one line a figure.

#include "blockspin/app/bench.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "blockspin/app/command.hpp"
#include "selected.hpp"

namespace blockspin::app {

namespace {

using Clock = std::chrono::steady_clock;

/// Seconds of `n_calls` calls, of the slowest rank.
double time_calls(const mpi::Communicator& comm, const std::function<void()>& call, std::uint64_t n_calls) {
  comm.barrier();
  const auto start = Clock::now();
  for (std::uint64_t i = 0; i < n_calls; ++i) call();
  return comm.max(std::chrono::duration<double>(Clock::now() - start).count());
}

/// Calls that fill the least time; the first round, which warms caches and pages, is not counted.
std::uint64_t calls_needed(const mpi::Communicator& comm, const std::function<void()>& call,
                           double least_seconds) {
  std::uint64_t n = 1;
  for (double seconds = time_calls(comm, call, n); seconds < least_seconds;
       seconds = time_calls(comm, call, n))
    n = seconds > least_seconds / 50
            ? static_cast<std::uint64_t>(std::ceil(1.2 * static_cast<double>(n) * least_seconds / seconds))
            : n * 10;
  return n;
}

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1) + 0.5)];
}

} // namespace

InTurn measure_in_turn(const mpi::Communicator& comm, std::span<const std::function<void()>> rivals,
                       int n_rounds, double least_seconds) {
  std::vector<std::uint64_t> n_calls;
  for (const auto& rival : rivals) n_calls.push_back(calls_needed(comm, rival, least_seconds));
  std::vector<std::vector<double>> seconds(rivals.size());
  std::vector<double> ratios;
  for (int round = 0; round < n_rounds; ++round) {
    for (std::size_t i = 0; i < rivals.size(); ++i)
      seconds[i].push_back(time_calls(comm, rivals[i], n_calls[i]) / static_cast<double>(n_calls[i]));
    ratios.push_back(seconds.back().back() / seconds.front().back());
  }
  InTurn result;
  for (const auto& all : seconds) result.seconds.push_back(quantile(all, 0.5));
  result.ratio_error = 0.5 * (quantile(ratios, 0.75) - quantile(ratios, 0.25));
  return result;
}

int bench_command(const Invocation& invocation, const mpi::Communicator& comm) {
  for (const Benchmark& benchmark : selected(benchmarks(), invocation.arguments)) {
    for (const Figure& figure : benchmark.run(comm)) {
      if (!comm.is_root()) continue;
      fmt::print("{:<36} {:>12.5g} {:<22}", figure.name, figure.value, figure.unit);
      if (figure.ratio > 0.0) fmt::print(" {:>8.3g} x {}", figure.ratio, figure.ratio_to);
      fmt::print("\n");
      std::fflush(stdout);
    }
  }
  return 0;
}

} // namespace blockspin::app
