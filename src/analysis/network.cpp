#include "blockspin/analysis/network.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/base/error.hpp"
#include "blockspin/rbm/sampling.hpp"

namespace blockspin::analysis {

namespace {

std::vector<float> rounded(std::span<const double> values) { return {values.begin(), values.end()}; }

rbm::Panels<float> panels(View<const double, 2> values) {
  rbm::Panels<float> result(values.extent(0), values.extent(1));
  for (std::size_t i = 0; i < values.extent(0); ++i)
    for (std::size_t j = 0; j < values.extent(1); ++j) result(i, j) = static_cast<float>(values(i, j));
  return result;
}

/// In place; the mean of a +-1 unit in a field is tanh.
void apply_tanh(View<float, 2> fields) {
  const rbm::Draw none{rng::Generator(0, rng::StreamId::thermometer_initial, 0)};
  rbm::apply_rule(rbm::Units::spin, rbm::Rule::mean, none, 1.0F, fields);
}

} // namespace

Network::Network(const NetworkShape& shape, std::span<const double> parameters) : shape_(shape) {
  require(parameters.size() == shape.n_parameters(), "a network's parameters do not match its shape");
  const NetworkParts<const double> parts(shape, parameters);
  weights_1_ = panels(parts.weights_1);
  weights_2_ = panels(parts.weights_2);
  weights_2_transposed_ = rbm::Panels<float>(shape.n_classes, shape.n_hidden);
  rbm::transpose(weights_2_, weights_2_transposed_);
  bias_1_ = rounded(parts.bias_1);
  bias_2_ = rounded(parts.bias_2);
  zero_.assign(shape.n_hidden, 0.0F);
}

void Network::forward(View<const float, 2> inputs, View<float, 2> hidden, View<float, 2> logits) const {
  rbm::product(inputs, weights_1_, bias_1_, hidden);
  apply_tanh(hidden);
  rbm::product(hidden, weights_2_, bias_2_, logits);
}

void Network::probabilities(View<const float, 2> inputs, View<double, 2> probabilities) const {
  Array<float, 2> hidden({inputs.extent(0), shape_.n_hidden}), logits({inputs.extent(0), shape_.n_classes});
  forward(inputs, hidden, logits);
  for (std::size_t i = 0; i < inputs.extent(0); ++i) softmax(logits.row(i), probabilities.row(i));
}

void Network::back(View<const float, 2> slopes, View<float, 2> gradient) const {
  rbm::product(slopes, weights_2_transposed_, zero_, gradient);
}

double softmax(std::span<const float> logits, std::span<double> probabilities) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (std::size_t c = 0; c < logits.size(); ++c) sum += probabilities[c] = std::exp(logits[c] - largest);
  for (double& p : probabilities) p /= sum;
  return largest + std::log(sum);
}

} // namespace blockspin::analysis
