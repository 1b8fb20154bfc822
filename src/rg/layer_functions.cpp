#include "blockspin/rg/layer_functions.hpp"

#include "blockspin/rg/response_sums.hpp"

namespace blockspin::rg {

LayerFunctions::LayerFunctions(const StackMeans& stack, std::vector<LayerModes> modes)
    : stack_(stack), modes_(std::move(modes)) {
  for (const LayerModes& layer : modes_) n_ += layer.direction.extent(0);
}

FunctionValues LayerFunctions::measure(View<const float, 2> spins, std::uint64_t first) const {
  const std::vector<Array<float, 2>> layers = stack_.up(spins, first);
  FunctionValues values{Array<std::int64_t, 2>({spins.extent(0), n_}),
                        Array<std::int64_t, 2>({spins.extent(0), n_})};
  std::size_t place = 0;
  for (std::size_t layer = 0; layer < modes_.size(); ++layer)
    for (std::size_t k = 0; k < modes_[layer].direction.extent(0); ++k, ++place) {
      const auto direction = modes_[layer].direction.row(k);
      for (std::size_t c = 0; c < spins.extent(0); ++c) {
        const auto means = layers[layer].row(c);
        double sum = 0, variance = 0;
        for (std::size_t i = 0; i < means.size(); ++i) {
          const double m = means[i];
          sum += direction[i] * (m - modes_[layer].centre[i]);
          variance += direction[i] * direction[i] * (1 - m * m);
        }
        values.even(c, place) = on_grid(sum * sum + variance);
        values.odd(c, place) = on_grid(sum);
      }
    }
  return values;
}

} // namespace blockspin::rg
