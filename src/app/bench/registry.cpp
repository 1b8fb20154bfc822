#include "blockspin/app/bench.hpp"

namespace blockspin::app {

std::vector<Benchmark> benchmarks() {
  std::vector<Benchmark> all;
  return all;
}

} // namespace blockspin::app
