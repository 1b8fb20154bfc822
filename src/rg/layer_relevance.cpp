#include "blockspin/rg/layer_relevance.hpp"

namespace blockspin::rg {
namespace {

/// Calls each(x) for every number of a layer, in order.
template <class Layer, class Each>
void each_number(Layer& layer, Each&& each) {
  for (auto* list : {&layer.even, &layer.odd})
    for (auto& normal : *list) {
      for (auto* numbers : {&normal.mean, &normal.error})
        for (auto& x : *numbers) each(x);
      for (auto* number : {&normal.leak, &normal.leak_error, &normal.chi_squared, &normal.p_value})
        each(*number);
    }
  for (auto* list : {&layer.variance, &layer.weight})
    for (auto& x : *list) each(x);
}

LayerRelevance empty_layer(const LayerShape& shape, std::size_t n_even_operators,
                           std::size_t n_odd_operators) {
  const auto normal = [](std::size_t n_operators) {
    FunctionNormal empty;
    empty.mean.resize(n_operators);
    empty.error.resize(n_operators);
    return empty;
  };
  return {std::vector<FunctionNormal>(shape.n_even, normal(n_even_operators)),
          std::vector<FunctionNormal>(shape.n_odd, normal(n_odd_operators)),
          std::vector<double>(shape.n_modes), std::vector<double>(shape.n_weights)};
}

} // namespace

std::vector<double> numbers_of(const LayerRelevance& layer) {
  std::vector<double> numbers;
  each_number(layer, [&](double x) { numbers.push_back(x); });
  return numbers;
}

std::size_t n_numbers(const LayerShape& shape, std::size_t n_even_operators, std::size_t n_odd_operators) {
  return numbers_of(empty_layer(shape, n_even_operators, n_odd_operators)).size();
}

LayerRelevance layer_of(std::span<const double> numbers, const LayerShape& shape,
                        std::size_t n_even_operators, std::size_t n_odd_operators) {
  LayerRelevance layer = empty_layer(shape, n_even_operators, n_odd_operators);
  std::size_t next = 0;
  each_number(layer, [&](double& x) { x = numbers[next++]; });
  return layer;
}

} // namespace blockspin::rg
