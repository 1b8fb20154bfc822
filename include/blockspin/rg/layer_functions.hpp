#pragma once
// Functions of the hidden units of every layer of a stack, averaged over the units themselves.

#include <vector>

#include "blockspin/rg/configuration_functions.hpp"
#include "blockspin/rg/hidden_modes.hpp"
#include "blockspin/rg/stack_means.hpp"

namespace blockspin::rg {

/// Layer after layer, of each direction u: even <(u (h - centre))^2>, odd <u (h - centre)>, the exact averages over
/// the layer's units h given what the layer below handed on: (u (m - centre))^2 + sum u_i^2 (1 - m_i^2) with their
/// means m. Local.
class LayerFunctions : public ConfigurationFunctions {
public:
  /// Borrows the stack. modes: [layer].
  LayerFunctions(const StackMeans& stack, std::vector<LayerModes> modes);

  std::size_t n_even() const override { return n_; }
  std::size_t n_odd() const override { return n_; }
  FunctionValues measure(View<const float, 2> spins, std::uint64_t first) const override;

private:
  const StackMeans& stack_;
  std::vector<LayerModes> modes_;
  std::size_t n_ = 0;
};

} // namespace blockspin::rg
