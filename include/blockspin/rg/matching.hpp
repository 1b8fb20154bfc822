#pragma once
// The critical coupling from two lattices that look alike after blocking.

#include "blockspin/rg/mcrg_estimates.hpp"

namespace blockspin::rg {

/// One run: its bins [group][time], and how it was blocked. Borrowed.
struct MatchedRun {
  const BlockingSetup& setup;
  const std::vector<std::vector<LevelMoments>>& bins;
};

/// Estimates of the critical coupling, [n, even operator] for n = 0 ... levels of the smaller lattice: K - dK with
/// dK = (<S_a^(n+1)>_L - <S_a^(n)>_{L/b}) / (d<S_a^(n+1)>_L/dK - d<S_a^(n)>_{L/b}/dK), both at coupling K,
/// d<S_a^(n)>/dK = <S_a^(n) S_nn^(0)>_c. Lattices of L and L/b sites a side, blocked to the same size, have the
/// same block couplings at criticality, up to irrelevant ones that die with n (K. G. Wilson, Cargese 1979; R. H.
/// Swendsen, 1984). Each run's error by a jackknife over its bins, added in squares. NaN for operators that
/// level n does not tell apart. The large run needs one level more; operators are as many as both measured.
/// Throws ErrorKind::internal where the lattices do not fit. Local.
EstimateTable match(double coupling, const MatchedRun& large, const MatchedRun& small);

} // namespace blockspin::rg
