#include "blockspin/app/bench.hpp"

namespace blockspin::app {

std::vector<Benchmark> benchmarks() {
  std::vector<Benchmark> all;
  const auto add = [&all](const std::vector<Benchmark>& room) {
    all.insert(all.end(), room.begin(), room.end());
  };
  add(archive_benchmarks());
  add(local_benchmarks());
  add(cluster_benchmarks());
  add(mcrg_benchmarks());
  add(training_benchmarks());
  return all;
}

} // namespace blockspin::app
