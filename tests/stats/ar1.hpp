#pragma once
// First-order autoregressive series: the process whose autocorrelation time is known.

#include <cmath>
#include <cstdint>

#include "blockspin/base/array.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::test {

inline rng::Generator generator(std::uint64_t seed) { return {seed, rng::StreamId::test, 0}; }

/// Stationary unit-variance AR(1) chains about zero, rho(t) = a^t, tau = (1 + a) / (1 - a) / 2; chain c is
/// random sequence first_sequence + c.
inline Array<double, 2> ar1(const rng::Generator& g, std::uint64_t first_sequence, std::size_t n_chains,
                            std::size_t length, double a) {
  Array<double, 2> x({n_chains, length});
  for (std::size_t c = 0; c < n_chains; ++c) {
    x(c, 0) = g.normal(first_sequence + c, 0);
    for (std::size_t t = 1; t < length; ++t)
      x(c, t) = a * x(c, t - 1) + std::sqrt(1 - a * a) * g.normal(first_sequence + c, t);
  }
  return x;
}

inline double ar1_tau(double a) { return (1 + a) / (1 - a) / 2; }

} // namespace blockspin::test
