#pragma once
// Stacks of machines: each one's visible units are the hidden ones of the machine below.

#include <span>
#include <vector>

#include "blockspin/rbm/machine.hpp"
#include "blockspin/rbm/sampling.hpp"

namespace blockspin::rbm {

/// One sampler for each machine. ErrorKind::internal where machines do not fit one another. Local.
std::vector<GibbsSampler> samplers_of(std::span<const Machine> stack);

/// Values [n, units below] of the lowest machine's visible units, sent up: what every layer above holds. Layer k, from
/// 0, draws the numbers of draw.sequence + k. Local.
std::vector<Array<float, 2>> sent_up(std::span<const GibbsSampler> samplers, View<const float, 2> values,
                                     Rule rule, Draw draw);

/// Spins or means in [-1, 1] as values of units, and back. Local.
Array<float, 2> to_units(View<const float, 2> spins, Units units);
Array<float, 2> to_spins(View<const float, 2> values, Units units);

} // namespace blockspin::rbm
