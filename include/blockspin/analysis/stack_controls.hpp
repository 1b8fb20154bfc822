#pragma once
// Stacks to compare a trained one with: of the same shape and the same size of weights, that have learnt nothing.

#include <span>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/rbm/machine.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::analysis {

/// The weights of every unit moved to random units of the layer below, each unit by a permutation of its own; biases
/// stay. So sizes and signs of weights are the trained ones, and places are not. Local; passes `safe_point`.
std::vector<rbm::Machine> shuffled_stack(std::span<const rbm::Machine> stack, const rng::Generator& generator,
                                         const SafePoint& safe_point = {});
/// Normal weights with mean 0 and the trained layer's root mean square. Biases are such that a hidden unit is up as
/// often as down where the layer below is. Local.
std::vector<rbm::Machine> random_stack(std::span<const rbm::Machine> stack, const rng::Generator& generator);

} // namespace blockspin::analysis
