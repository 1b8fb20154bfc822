#pragma once
// Replicas of chains, each of another machine of the same shape, and their exchange: machines along a training (Bereux,
// Decelle, Furtlehner, Rosset & Seoane, arXiv:2405.15376).

#include <cstdint>
#include <span>

#include "blockspin/rbm/sampling.hpp"
#include "blockspin/rbm/tempering.hpp"

namespace blockspin::rbm {

/// As exchange_replicas(): neighbouring replicas of each chain are exchanged with the probability that keeps exp(-F(v))
/// of each machine, which is min(1, exp(F_r(v) + F_s(w) - F_r(w) - F_s(v))) for v of machine r and w of machine s = r +
/// 1. replicas[r]: visible states [chains, n_visible] of machines[r], which all have the same units and numbers of
/// them. Local.
void exchange_machines(std::span<const GibbsSampler* const> machines,
                       std::span<const View<float, 2>> replicas, const ExchangeDraw& draw,
                       std::span<std::uint64_t> accepted = {});

} // namespace blockspin::rbm
