#include "blockspin/archive/layout.hpp"

namespace blockspin::archive {

std::vector<Row> thermometer_rows() {
  using enum ElementType;
  const std::string stage = "thermometer";
  const Axis temperature{"temperature", "temperature"};
  const Axis visible{"visible", ""}, hidden{"hidden", ""}, round{"round", ""};
  return {
      {stage, "temperature", f64, {temperature}, "J/k_B", "temperatures of the classes"},
      {stage, "layer_1/weights", f64, {visible, hidden}, "1", "W1 of p = softmax(b2 + tanh(b1 + v W1) W2)"},
      {stage, "layer_1/bias", f64, {hidden}, "1", "b1"},
      {stage, "layer_2/weights", f64, {hidden, temperature}, "1", "W2"},
      {stage, "layer_2/bias", f64, {temperature}, "1", "b2"},
      {stage,
       "test/cross_entropy",
       f64,
       {},
       "nats",
       "mean -ln p(true class) over the held-out configurations"},
      {stage,
       "test/cross_entropy_error",
       f64,
       {},
       "nats",
       "standard error of test/cross_entropy, from the scatter between ladders"},
      {stage,
       "test/accuracy",
       f64,
       {},
       "1",
       "share of held-out configurations whose likeliest class is the true one"},
      {stage,
       "test/bayes_cross_entropy",
       f64,
       {},
       "nats",
       "the same of the exact posterior exp(-E/T - ln Z(T)), on the same configurations; NaN where ln Z is "
       "not known"},
      {stage,
       "test/bayes_accuracy",
       f64,
       {},
       "1",
       "accuracy of the exact posterior on the same configurations"},
      {stage,
       "bayes/cross_entropy",
       f64,
       {},
       "nats",
       "expected cross entropy of the exact posterior, from the density of states; NaN where it is not "
       "known"},
      {stage, "bayes/accuracy", f64, {}, "1", "expected accuracy of the exact posterior"},
      {stage,
       "history/objective",
       f64,
       {round},
       "nats",
       "training objective at the end of each round of 20 iterations"},
  };
}

} // namespace blockspin::archive
