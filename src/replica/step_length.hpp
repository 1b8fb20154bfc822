#pragma once
// How many sweeps make a safe step.

#include <algorithm>
#include <cstdint>

#include "blockspin/replica/ensemble.hpp"

namespace blockspin::replica {

/// Sweeps of an ensemble that take a few milliseconds on one core. Local, the same on every rank.
inline std::uint64_t sweeps_in_step(const Ensemble& ensemble, const lattice::Geometry& geometry) {
  constexpr double updates_in_step = 5e7;
  const double updates = static_cast<double>(geometry.n_sites()) * static_cast<double>(ensemble.n_series());
  return static_cast<std::uint64_t>(std::clamp(updates_in_step / updates, 1.0, 4096.0));
}

} // namespace blockspin::replica
