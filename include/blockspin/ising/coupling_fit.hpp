#pragma once
// Which couplings would make these configurations likely? Maximum pseudo-likelihood on the square lattice.
// ln PL = sum over sites of ln p(s | the others), p(s | others) = 1 / (1 + exp(-2 s h)),
// h = K_nn sum_4 s' + K_nnn sum_4 s'' + K_p sum_4 s's''s''' (neighbours, diagonal neighbours, plaquettes);
// Besag, The Statistician 24, 179 (1975). It is the exact conditional distribution of H = -K_nn sum ss' -
// K_nnn sum ss'' - K_p sum ssss, so the fit is consistent, and depends on counts of local environments only.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/lattice/geometry.hpp"

namespace blockspin::ising {

/// Environments: each of the three sums is one of -4, -2, 0, 2, 4.
inline constexpr std::size_t n_environments = 125;
inline constexpr std::size_t n_couplings = 3; ///< nearest, next nearest (diagonal), plaquette
using Couplings = std::array<double, n_couplings>;

/// Exact sums over sites of many configurations; add up over ranks entry by entry.
struct EnvironmentCounts {
  /// [environment][spin down, up]: sites.
  std::array<std::int64_t, 2 * n_environments> sites{};
  /// Likewise: sum of the magnetisation of the site's configuration.
  std::array<std::int64_t, 2 * n_environments> magnetization{};
};

/// Adds +-1 spins of a two-dimensional lattice (row major, extents >= 3) to the counts. Local.
void count_environments(const lattice::Geometry& geometry, std::span<const float> spins,
                        EnvironmentCounts& counts);

/// What one part of the data says of a fit: slopes of ln PL by the couplings, and the sum of (s - <s |
/// others>) times the mean of all other spins.
struct CouplingScore {
  Couplings slope{};
  double residual = 0.0;
};

struct CouplingFit {
  Couplings coupling{};
  std::array<std::array<double, n_couplings>, n_couplings>
      information{};       ///< minus the second derivatives of ln PL
  double misfit = 0.0;     ///< nats a site that free conditional probabilities of all environments would gain
  bool determined = false; ///< false: the data do not fix the couplings (ordered states); all others NaN
};

/// Maximises ln PL by TAO from `start`. Local and deterministic; the same counts give the same bits.
CouplingFit fit_couplings(const EnvironmentCounts& counts, const Couplings& start = {});

/// The score of a part of the data at the fit; n_sites of the lattice. Local.
CouplingScore score(const EnvironmentCounts& part, const CouplingFit& fit, std::uint64_t n_sites);

/// What each part adds to the residual, the fit's own answer to that part included: residual + (d residual /
/// d coupling) information^-1 slope. Their sum is the residual's; their scatter, as the parts are
/// independent, is its error, which the parts' plain residuals misjudge since the couplings were fitted to
/// the same data.
std::vector<double> residual_shares(const CouplingFit& fit, const EnvironmentCounts& total,
                                    std::span<const CouplingScore> parts, std::uint64_t n_sites);

/// Standard errors from the scores of independent parts of about equal size (sandwich estimator:
/// information^-1 times the scores' covariance times information^-1), which holds although
/// neighbouring sites are correlated.
Couplings coupling_errors(const CouplingFit& fit, std::span<const CouplingScore> parts);

} // namespace blockspin::ising
