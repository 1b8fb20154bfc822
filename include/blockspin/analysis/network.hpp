#pragma once
// The thermometer's network: one hidden layer of tanh units, softmax over the temperature classes.
// p_c(x) = softmax(b2 + W2^T tanh(b1 + W1^T x))_c.

#include <cstddef>
#include <span>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/rbm/product.hpp"

namespace blockspin::analysis {

struct NetworkShape {
  std::size_t n_inputs = 0;
  std::size_t n_hidden = 0;
  std::size_t n_classes = 0;

  std::size_t n_parameters() const { return (n_inputs + 1) * n_hidden + (n_hidden + 1) * n_classes; }
  bool operator==(const NetworkShape&) const = default;
};

/// The parts of one parameter vector, in this order: W1 [inputs, hidden], b1 [hidden], W2 [hidden, classes],
/// b2 [classes]. Borrows.
template <class T>
struct NetworkParts {
  View<T, 2> weights_1;
  std::span<T> bias_1;
  View<T, 2> weights_2;
  std::span<T> bias_2;

  NetworkParts(const NetworkShape& shape, std::span<T> parameters) {
    const std::size_t n1 = shape.n_inputs * shape.n_hidden, n2 = shape.n_hidden * shape.n_classes;
    weights_1 = View<T, 2>(parameters.data(), {shape.n_inputs, shape.n_hidden});
    bias_1 = parameters.subspan(n1, shape.n_hidden);
    weights_2 = View<T, 2>(parameters.data() + n1 + shape.n_hidden, {shape.n_hidden, shape.n_classes});
    bias_2 = parameters.subspan(n1 + shape.n_hidden + n2, shape.n_classes);
  }
};

/// A network ready to be evaluated (float32 products of rbm/product, whose every element is
/// summed in one fixed order: the output of an input does not depend on the inputs beside it).
/// Copies the parameters. Local.
class Network {
public:
  Network() = default;
  /// parameters.size() = shape.n_parameters().
  Network(const NetworkShape& shape, std::span<const double> parameters);

  const NetworkShape& shape() const { return shape_; }
  /// hidden [n, n_hidden] = tanh units, logits [n, n_classes] before the softmax, for inputs [n, n_inputs].
  void forward(View<const float, 2> inputs, View<float, 2> hidden, View<float, 2> logits) const;
  /// probabilities [n, n_classes] for inputs [n, n_inputs].
  void probabilities(View<const float, 2> inputs, View<double, 2> probabilities) const;
  /// gradient [n, n_hidden] = slopes [n, n_classes] W2^T: the way back through the second layer.
  void back(View<const float, 2> slopes, View<float, 2> gradient) const;

private:
  NetworkShape shape_;
  rbm::Panels<float> weights_1_, weights_2_, weights_2_transposed_;
  std::vector<float> bias_1_, bias_2_, zero_;
};

/// In double precision: probabilities = softmax(logits); returns ln sum exp(logits). Local.
double softmax(std::span<const float> logits, std::span<double> probabilities);

} // namespace blockspin::analysis
