#include "blockspin/app/selftest.hpp"

namespace blockspin::app {

std::vector<SelfTest> closed_form_selftests();
std::vector<SelfTest> sampling_selftests();

std::vector<SelfTest> selftests() {
  std::vector<SelfTest> all = closed_form_selftests();
  for (SelfTest& test : sampling_selftests()) all.push_back(std::move(test));
  return all;
}

} // namespace blockspin::app
