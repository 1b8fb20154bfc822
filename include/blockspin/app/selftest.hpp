#pragma once
// The exact-answer gate: what `blockspin selftest` runs. Each check compares a
// computed number with an exact one.
// A room adds a file src/app/selftest/<what>.cpp with a function `std::vector<SelfTest> <what>_selftests()`,
// declared in src/app/selftest/registry.cpp.

#include <functional>
#include <string>
#include <vector>

#include "blockspin/mpi/communicator.hpp"

namespace blockspin::app {

/// One number beside its exact value. With a standard error it is statistical, and judged by its pull; with
/// standard_error = 0 it must agree within `tolerance`.
struct Pull {
  std::string what; ///< "energy, 10x10, T = 2.269"
  double measured = 0;
  double exact = 0;
  double standard_error = 0;
  double tolerance = 0;

  /// (measured - exact) / standard_error; for an exact check, in units of the tolerance.
  double sigma() const;
  /// Probability of a deviation at least as large, were everything right (two-sided
  /// normal). Exact checks: 1 or 0.
  double probability() const;
};

struct SelfTest {
  std::string name; ///< "kaufman"
  std::string help;
  /// Collective; the same pulls on every rank.
  std::function<std::vector<Pull>(const mpi::Communicator&)> run;
};

std::vector<SelfTest> selftests();

/// A pull less probable than this fails the gate.
inline constexpr double least_probability = 1e-6;

} // namespace blockspin::app
