#include "blockspin/analysis/stack_controls.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/analysis/receptive_field.hpp"

namespace blockspin::analysis {

std::vector<rbm::Machine> shuffled_stack(std::span<const rbm::Machine> stack, const rng::Generator& generator,
                                         const SafePoint& safe_point) {
  std::vector<rbm::Machine> shuffled(stack.begin(), stack.end());
  for (std::size_t layer = 0; layer < stack.size(); ++layer) {
    Array<double, 2> weights(stack[layer].weights.shape());
    std::ranges::copy(stack[layer].weights.flat(), weights.flat().begin());
    const std::uint64_t sequence = (std::uint64_t{1} + layer) << 32; // random_stack() has the first ones
    weights = shuffled_fields(weights, generator, sequence, safe_point);
    std::ranges::transform(weights.flat(), shuffled[layer].weights.flat().begin(),
                           [](double w) { return static_cast<float>(w); });
  }
  return shuffled;
}

std::vector<rbm::Machine> random_stack(std::span<const rbm::Machine> stack, const rng::Generator& generator) {
  std::vector<rbm::Machine> random = untrained_stack(stack, generator);
  for (std::size_t layer = 0; layer < stack.size(); ++layer) {
    double square = 0;
    for (const float w : stack[layer].weights.flat()) square += static_cast<double>(w) * w;
    const auto size =
        static_cast<float>(std::sqrt(square / static_cast<double>(stack[layer].weights.size())));
    rbm::Machine& machine = random[layer];
    for (float& w : machine.weights.flat()) w *= size;
    if (machine.units == rbm::Units::binary)
      for (std::size_t i = 0; i < machine.n_visible(); ++i)
        for (std::size_t j = 0; j < machine.n_hidden(); ++j)
          machine.hidden_bias[j] -= machine.weights(i, j) / 2;
  }
  return random;
}

} // namespace blockspin::analysis
