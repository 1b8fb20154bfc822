#pragma once
// What all exchanges of replicas share: which pairs in which round, and the decision.

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "blockspin/rbm/tempering.hpp"

namespace blockspin::rbm {

/// Exchanges neighbouring replicas of each chain, even and odd pairs in turn by the round, where Metropolis accepts.
/// ln_ratios(r): of each chain, ln of the weight of replicas r and r + 1 exchanged over that as they are. Counts in
/// accepted[pair], where it is not empty. Local.
template <class LnRatios>
void exchange_pairs(std::span<const View<float, 2>> replicas, const ExchangeDraw& draw,
                    std::span<std::uint64_t> accepted, LnRatios&& ln_ratios) {
  for (std::size_t r = draw.round % 2; r + 1 < replicas.size(); r += 2) {
    const std::vector<double> ln_ratio = ln_ratios(r);
    for (std::size_t c = 0; c < ln_ratio.size(); ++c) {
      const double u = draw.generator.uniform(draw.round, (draw.first_chain + c) * replicas.size() + r);
      if (u >= std::exp(ln_ratio[c])) continue;
      std::ranges::swap_ranges(replicas[r].row(c), replicas[r + 1].row(c));
      if (!accepted.empty()) ++accepted[r];
    }
  }
}

} // namespace blockspin::rbm
