#pragma once
// Replicas of a machine's chains at several of its temperatures, and their exchange (Desjardins et al., AISTATS
// 2010).

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/rbm/sampling.hpp"

namespace blockspin::rbm {

/// n inverse temperatures of the machine, evenly from 1 down to `least`; 1 alone for n = 1.
std::vector<double> even_betas(std::uint64_t n, double least);

/// Which numbers an exchange draws: uniform (round, chain * replicas + replica), chain counted from first_chain.
struct ExchangeDraw {
  rng::Generator generator;
  std::uint64_t round = 0;
  std::uint64_t first_chain = 0;
};

/// Exchanges neighbouring replicas of each chain, even and odd pairs in turn by the round, with the probability that
/// keeps exp(-F(v; beta)) of each (Metropolis). The hidden layer is summed out, so that it does not matter what it
/// was. replicas[r]: visible states [chains, n_visible] at betas[r]. Adds to accepted[pair], where it is not empty,
/// how many chains exchanged. What a chain does depends on its number only. Local.
void exchange_replicas(const GibbsSampler& sampler, std::span<const double> betas,
                       std::span<const View<float, 2>> replicas, const ExchangeDraw& draw,
                       std::span<std::uint64_t> accepted = {});

} // namespace blockspin::rbm
