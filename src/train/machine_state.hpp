#pragma once
// Machines in a stepper's state.

#include <span>
#include <string>

#include "blockspin/base/state.hpp"
#include "blockspin/rbm/machine.hpp"

namespace blockspin::train {

inline void save_machine(StateSink& sink, const std::string& name, const rbm::Machine& machine) {
  sink.replicated(name + ".weights", machine.weights.flat());
  sink.replicated(name + ".visible_bias", std::span<const float>(machine.visible_bias));
  sink.replicated(name + ".hidden_bias", std::span<const float>(machine.hidden_bias));
}

/// Into a machine of the same shape.
inline void load_machine(StateSource& source, const std::string& name, rbm::Machine& machine) {
  source.replicated(name + ".weights", machine.weights.flat());
  source.replicated(name + ".visible_bias", std::span<float>(machine.visible_bias));
  source.replicated(name + ".hidden_bias", std::span<float>(machine.hidden_bias));
}

} // namespace blockspin::train
