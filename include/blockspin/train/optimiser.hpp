#pragma once
// From the gradient of a minibatch to new parameters, element by element.

#include <span>
#include <string_view>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/train/settings.hpp"

namespace blockspin::train {

/// Updates one array of parameters. Runs on identical numbers on every rank; float32 throughout. Local.
class Optimiser {
public:
  /// `decays`: whether L1 and L2 apply (weights), or not (biases).
  Optimiser(const UpdateRule& rule, std::size_t n_parameters, bool decays);

  /// parameters += step of the gradient `scale` * gradient_sum, at the given learning
  /// rate; `update` counts from 0.
  void apply(std::span<float> parameters, std::span<const float> gradient_sum, float scale,
             double learning_rate, std::uint64_t update);
  /// The memory of earlier gradients, under names beginning with `name`.
  void save(StateSink& sink, std::string_view name) const;
  void load(StateSource& source, std::string_view name);

private:
  UpdateRule rule_;
  float l2_;
  float l1_;
  std::vector<float> first_;  ///< momentum, or Adam's first moment
  std::vector<float> second_; ///< Adam's second moment
};

} // namespace blockspin::train
