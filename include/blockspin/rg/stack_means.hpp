#pragma once
// Configurations sent up a stack of machines: the conditional means of every layer's units.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/rbm/machine.hpp"
#include "blockspin/rbm/sampling.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::rg {

/// What a layer hands on to the next are its units' values, drawn (Rule::sampled) or means (Rule::mean). Draws are
/// addressed by configuration, layer and unit. Local.
class StackMeans {
public:
  /// Draws take sequences `sequence`, `sequence` + 1, ..., one a layer.
  StackMeans(std::span<const rbm::Machine> stack, rbm::Rule rule, const rng::Generator& generator,
             std::uint64_t sequence);

  std::size_t n_layers() const { return samplers_.size(); }
  std::size_t n_units(std::size_t layer) const { return samplers_[layer].n_hidden(); }
  /// Of configurations first, first + 1, ..., spins [configuration, site]: of each layer [configuration, unit] the
  /// mean, in [-1, 1], of each unit as a spin, given what the layer below handed on.
  std::vector<Array<float, 2>> up(View<const float, 2> spins, std::uint64_t first) const;

private:
  rbm::Units units_;
  rbm::Rule rule_;
  rng::Generator generator_;
  std::uint64_t sequence_;
  std::vector<rbm::GibbsSampler> samplers_;
};

} // namespace blockspin::rg
