#pragma once
// Small machines with random parameters, for tests.

#include "blockspin/rbm/machine.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::rbm {

inline Machine random_machine(Units units, std::size_t n_visible, std::size_t n_hidden, std::uint64_t number,
                              double scale = 0.7) {
  const rng::Generator generator(20260101, rng::StreamId::test, number);
  Machine machine(units, n_visible, n_hidden);
  std::uint64_t index = 0;
  const auto next = [&] { return static_cast<float>(scale * generator.normal(0, index++)); };
  for (float& w : machine.weights.flat()) w = next();
  for (float& b : machine.visible_bias) b = next();
  for (float& c : machine.hidden_bias) c = next();
  return machine;
}

} // namespace blockspin::rbm
