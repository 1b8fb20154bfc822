#pragma once
// The centred gradient: that of a machine whose units are counted from offsets, in the parameters of the plain machine.
// With E = -(v - mu) W (h - lambda) - b' (v - mu) - c' (h - lambda) the same distribution has b = b' - W lambda and
// c = c' - W^T mu. A step along the gradient in W, b', c' is, in plain parameters,
//   dW = <(v - mu)(h - lambda)>_data - <(v - mu)(h - lambda)>_model,
//   db = <v>_data - <v>_model - dW lambda,   dc = <h>_data - <h>_model - dW^T mu.
// It does not depend on which value of a unit is called 0 and which 1 (G. Montavon and K.-R. Mueller, 2012; J. Melchior,
// A. Fischer and L. Wiskott, J. Mach. Learn. Res. 17, 99, 2016).

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/rbm/product.hpp"

namespace blockspin::train {

/// The offsets mu and lambda, sliding means over the data, and what they make of a gradient. Runs on identical numbers on
/// every rank. Local.
class Centring {
public:
  Centring() = default;
  Centring(std::size_t n_visible, std::size_t n_hidden);

  /// Moves the offsets to the means over a batch of data: all the way the first time, then by a hundredth of the way.
  void move(std::span<const double> visible_means, std::span<const double> hidden_means);
  /// From sums over n samples, data less model, of v h, v and h to those of the centred gradient.
  void apply(rbm::Panels<float>& weights, std::span<float> visible_bias, std::span<float> hidden_bias) const;

  std::span<const double> visible_offsets() const { return visible_; }
  std::span<const double> hidden_offsets() const { return hidden_; }

  void save(StateSink& sink) const;
  void load(StateSource& source);

private:
  std::vector<double> visible_, hidden_;
  bool has_begun_ = false;
};

} // namespace blockspin::train
