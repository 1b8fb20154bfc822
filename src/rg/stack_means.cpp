#include "blockspin/rg/stack_means.hpp"

#include "blockspin/base/error.hpp"

namespace blockspin::rg {
namespace {

/// Between unit values and spins; the same for spins.
Array<float, 2> in_units(View<const float, 2> spins, rbm::Units units) {
  Array<float, 2> values(spins.shape());
  for (std::size_t i = 0; i < values.size(); ++i)
    values.flat()[i] = units == rbm::Units::spin ? spins.flat()[i] : (spins.flat()[i] + 1.0F) / 2.0F;
  return values;
}
Array<float, 2> as_spins(Array<float, 2> values, rbm::Units units) {
  if (units == rbm::Units::binary)
    for (float& value : values.flat()) value = 2.0F * value - 1.0F;
  return values;
}

} // namespace

StackMeans::StackMeans(std::span<const rbm::Machine> stack, rbm::Rule rule, const rng::Generator& generator,
                       std::uint64_t sequence)
    : units_(stack.front().units), rule_(rule), generator_(generator), sequence_(sequence) {
  std::size_t n_below = stack.front().n_visible();
  for (const rbm::Machine& machine : stack) {
    require(machine.units == units_ && machine.n_visible() == n_below,
            "a stack's machines have the same units and fit one another");
    samplers_.emplace_back(machine);
    n_below = machine.n_hidden();
  }
}

std::vector<Array<float, 2>> StackMeans::up(View<const float, 2> spins, std::uint64_t first) const {
  std::vector<Array<float, 2>> layers;
  Array<float, 2> values = in_units(spins, units_);
  for (std::size_t layer = 0; layer < n_layers(); ++layer) {
    Array<float, 2> fields({values.extent(0), n_units(layer)}), means(fields.shape()), drawn(fields.shape());
    samplers_[layer].hidden_fields(values, fields);
    const bool draws = rule_ == rbm::Rule::sampled;
    rbm::activate(units_, {generator_, sequence_ + layer, first}, 1.0F, 0, fields, means.data(),
                  draws ? drawn.data() : nullptr);
    values = draws ? std::move(drawn) : means;
    layers.push_back(as_spins(std::move(means), units_));
  }
  return layers;
}

} // namespace blockspin::rg
