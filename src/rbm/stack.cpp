#include "blockspin/rbm/stack.hpp"

#include <utility>

#include "blockspin/base/error.hpp"

namespace blockspin::rbm {

std::vector<GibbsSampler> samplers_of(std::span<const Machine> stack) {
  std::vector<GibbsSampler> samplers;
  std::size_t n_below = stack.front().n_visible();
  for (const Machine& machine : stack) {
    require(machine.units == stack.front().units && machine.n_visible() == n_below,
            "a stack's machines have the same units and fit one another");
    samplers.emplace_back(machine);
    n_below = machine.n_hidden();
  }
  return samplers;
}

std::vector<Array<float, 2>> sent_up(std::span<const GibbsSampler> samplers, View<const float, 2> values,
                                     Rule rule, Draw draw) {
  std::vector<Array<float, 2>> layers;
  for (const GibbsSampler& sampler : samplers) {
    layers.emplace_back(Shape<2>{values.extent(0), sampler.n_hidden()});
    sampler.to_hidden(values, layers.back(), rule, draw);
    values = std::as_const(layers.back());
    ++draw.sequence;
  }
  return layers;
}

Array<float, 2> to_units(View<const float, 2> spins, Units units) {
  Array<float, 2> values(spins.shape());
  for (std::size_t i = 0; i < values.size(); ++i)
    values.flat()[i] = units == Units::spin ? spins.flat()[i] : (spins.flat()[i] + 1.0F) / 2.0F;
  return values;
}

Array<float, 2> to_spins(View<const float, 2> values, Units units) {
  Array<float, 2> spins(values.shape());
  for (std::size_t i = 0; i < spins.size(); ++i)
    spins.flat()[i] = units == Units::spin ? values.flat()[i] : 2.0F * values.flat()[i] - 1.0F;
  return spins;
}

} // namespace blockspin::rbm
