// blockspin selftest: the exact-answer gate.

#include "blockspin/app/selftest.hpp"

#include <cmath>

#include <fmt/format.h>

#include "blockspin/app/command.hpp"
#include "selected.hpp"

namespace blockspin::app {

double Pull::sigma() const {
  const double scale = standard_error > 0.0 ? standard_error : tolerance;
  const double difference = measured - exact;
  if (difference == 0.0) return 0.0;
  return difference /
         scale; // inf where an exact check allows no difference, NaN where a number is none: both fail
}

double Pull::probability() const {
  const double pull = std::abs(sigma());
  if (std::isnan(pull)) return 0.0;
  if (standard_error > 0.0) return std::erfc(pull / std::sqrt(2.0));
  return pull <= 1.0 ? 1.0 : 0.0;
}

int selftest_command(const Invocation& invocation, const mpi::Communicator& comm) {
  std::vector<std::string> failed;
  std::size_t n_pulls = 0;
  for (const SelfTest& test : selected(selftests(), invocation.arguments)) {
    for (const Pull& pull : test.run(comm)) {
      ++n_pulls;
      const bool good = pull.probability() >= least_probability;
      if (!good) failed.push_back(test.name + ": " + pull.what);
      if (comm.is_root())
        fmt::print("{:<12} {:<44} {:>16.10g} {:>16.10g} {:>+8.2f} {}  {}\n", test.name, pull.what,
                   pull.measured, pull.exact, pull.sigma(),
                   pull.standard_error > 0.0 ? "sigma" : "tolerances", good ? "ok" : "WRONG");
    }
  }
  if (failed.empty()) {
    if (comm.is_root()) fmt::print("all {} comparisons agree\n", n_pulls);
    return 0;
  }
  Error error(ErrorKind::numerical,
              fmt::format("{} of {} comparisons disagree with the exact answer, first {}", failed.size(),
                          n_pulls, failed.front()),
              "selftest");
  error.set_agreed();
  throw error;
}

} // namespace blockspin::app
