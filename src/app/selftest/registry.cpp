#include "blockspin/app/selftest.hpp"

namespace blockspin::app {

std::vector<SelfTest> selftests() {
  std::vector<SelfTest> all;
  return all;
}

} // namespace blockspin::app
