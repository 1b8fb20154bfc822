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
                         ///< where it is longer that of the scatter of 16 chains or more; of fewer, of parts
  double n_effective = 0; ///< length of the rest over twice the chain average's own tau
  bool reliable = false;  ///< first <= n/2, enough of it, and it holds together: see below
};

/// Chodera's method (J. Chem. Theory Comput. 12, 1799, 2016): of a grid of 64 candidate starts over the first
/// 3/4 of the series, the one with the most effectively independent samples after it, tau by the Gamma
/// method. Shape [chain, time]: chains that started alike are averaged first, so that a drift common to them
/// stands out. With 16 chains or more n_effective must be 20, and the scatter of their means gives another
/// tau, which must fit twenty times into the rest: chains stuck in different places are not in equilibrium,
/// however steady their average (in the spirit of Gelman & Rubin, Stat. Sci. 7, 457, 1992). Fewer chains have
/// nothing to be compared with but themselves: two more tau of the average, of its last half and by the
/// scatter of sixteen pieces' means, and a hundred independent samples by the longest of the three. No series
/// shows a mode slower than it is long: who knows how slow modes may be should ask for a length, too. A
/// constant series starts at 0 and is reliable. Deterministic, local.
Equilibration detect_equilibration(View<const double, 2> series);

} // namespace blockspin::stats
