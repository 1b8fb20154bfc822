#pragma once
// Configurations sent up a stack of machines and back down from every layer: what each layer still knows.

#include <span>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/rbm/machine.hpp"
#include "blockspin/rbm/sampling.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::analysis {

/// What becomes of n configurations; spins are +-1, or means in [-1, 1], whatever the machines' units.
struct PassedUp {
  std::vector<Array<float, 2>> hidden;         ///< layer l: [n, its hidden units]
  std::vector<Array<float, 2>> reconstruction; ///< from layer l back down to the lattice: [n, sites]
};

/// Sends configurations through a stack: v -> h_1 -> ... -> h_l, and from every layer h_l -> ... -> v.
/// Each unit takes a sampled value, or its mean. A configuration's fate depends on its number and the
/// sequence only, not on the others passed with it. Local.
class StackPass {
public:
  struct Random {
    rng::Generator up, down;
  };
  StackPass(std::span<const rbm::Machine> stack, rbm::Rule rule, const Random& random);

  /// spins [n, sites] of configurations first, first + 1, ...; `sequence` tells sets of configurations apart.
  PassedUp pass(View<const float, 2> spins, std::uint64_t first, std::uint64_t sequence) const;

private:
  Array<float, 2> down_from(std::size_t layer, Array<float, 2> values, std::uint64_t first,
                            std::uint64_t sequence) const;

  rbm::Units units_;
  rbm::Rule rule_;
  Random random_;
  std::vector<rbm::GibbsSampler> samplers_;
  std::vector<std::size_t> n_units_; ///< sites, then hidden units of each layer
};

} // namespace blockspin::analysis
