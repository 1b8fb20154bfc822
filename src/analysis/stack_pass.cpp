#include "blockspin/analysis/stack_pass.hpp"

#include "blockspin/rbm/stack.hpp"

namespace blockspin::analysis {
StackPass::StackPass(std::span<const rbm::Machine> stack, rbm::Rule rule, const Random& random)
    : units_(stack.front().units), rule_(rule), random_(random),
      samplers_(rbm::samplers_of(stack)), n_units_{stack.front().n_visible()} {
  for (const rbm::Machine& machine : stack) n_units_.push_back(machine.n_hidden());
}

Array<float, 2> StackPass::down_from(std::size_t layer, Array<float, 2> values, std::uint64_t first,
                                     std::uint64_t sequence) const {
  for (std::size_t k = layer + 1; k-- > 0;) {
    Array<float, 2> below({values.extent(0), n_units_[k]});
    // Every start of a way down draws numbers of its own.
    const std::uint64_t step = (sequence * samplers_.size() + layer) * samplers_.size() + k;
    samplers_[k].to_visible(values, below, rule_, {random_.down, step, first});
    values = std::move(below);
  }
  return values;
}

PassedUp StackPass::pass(View<const float, 2> spins, std::uint64_t first, std::uint64_t sequence) const {
  PassedUp passed;
  auto layers = rbm::sent_up(samplers_, rbm::to_units(spins, units_), rule_,
                             {random_.up, sequence * samplers_.size(), first});
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    passed.hidden.push_back(rbm::to_spins(layers[layer], units_));
    const auto values = down_from(layer, std::move(layers[layer]), first, sequence);
    passed.reconstruction.push_back(rbm::to_spins(values, units_));
  }
  return passed;
}

} // namespace blockspin::analysis
