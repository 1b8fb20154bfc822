#pragma once
// Where a time series has forgotten its start.

#include <cstddef>
#include <span>

#include "blockspin/base/array.hpp"

namespace blockspin::stats {

/// First usable sample and what is left from there on.
struct Equilibration {
  std::size_t first = 0; ///< samples before this one are to be discarded
  double tau = 0.5;      ///< integrated autocorrelation time of the rest, in samples: the chain average's, or
                         ///< that of the scatter of 16 chains or more where it is longer
  double n_effective = 0; ///< length of the rest over twice the chain average's own tau
  bool reliable = false;  ///< first <= n/2, n_effective >= 20, and 16 chains or more mix: see below
};

/// Chodera's method (J. Chem. Theory Comput. 12, 1799, 2016): of a grid of 64 candidate starts over the first
/// 3/4 of the series, the one with the most effectively independent samples after it, tau by the Gamma
/// method. Shape [chain, time]: chains that started alike are averaged first, so that a drift common to them
/// stands out. With 16 chains or more the scatter of their means gives another tau, which must fit twenty
/// times into the rest: chains stuck in different places are not in equilibrium, however steady their average
/// (in the spirit of Gelman & Rubin, Stat. Sci. 7, 457, 1992). A constant series starts at 0 and is reliable.
/// Deterministic, local.
Equilibration detect_equilibration(View<const double, 2> series);

} // namespace blockspin::stats
