#include "blockspin/rg/stack_means.hpp"

#include "blockspin/rbm/stack.hpp"

namespace blockspin::rg {
StackMeans::StackMeans(std::span<const rbm::Machine> stack, rbm::Rule rule, const rng::Generator& generator,
                       std::uint64_t sequence)
    : units_(stack.front().units), rule_(rule), generator_(generator), sequence_(sequence),
      samplers_(rbm::samplers_of(stack)) {}

std::vector<Array<float, 2>> StackMeans::up(View<const float, 2> spins, std::uint64_t first) const {
  std::vector<Array<float, 2>> layers;
  Array<float, 2> values = rbm::to_units(spins, units_);
  for (std::size_t layer = 0; layer < n_layers(); ++layer) {
    Array<float, 2> fields({values.extent(0), n_units(layer)}), means(fields.shape()), drawn(fields.shape());
    samplers_[layer].hidden_fields(values, fields);
    const bool draws = rule_ == rbm::Rule::sampled && layer + 1 < n_layers(); // for the layer above
    rbm::activate(units_, {generator_, sequence_ + layer, first}, 1.0F, 0, fields, means.data(),
                  draws ? drawn.data() : nullptr);
    values = draws ? std::move(drawn) : means;
    layers.push_back(rbm::to_spins(means, units_));
  }
  return layers;
}

} // namespace blockspin::rg
