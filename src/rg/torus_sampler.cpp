#include "blockspin/rg/torus_sampler.hpp"

#include <numeric>

namespace blockspin::rg {

TorusSampler::TorusSampler(const SmallTorus& torus, const rng::Generator& generator)
    : torus_(torus), n_(std::size_t{1} << torus.side), power_(torus.side + 1), generator_(generator) {
  const RowWeights rows = row_weights(torus);
  power_[1] = rows.vertical;
  for (std::size_t a = 0; a < n_; ++a)
    for (std::size_t b = 0; b < n_; ++b) power_[1][a * n_ + b] *= rows.horizontal[b];
  for (std::size_t k = 2; k < power_.size(); ++k) power_[k] = times(power_[k - 1], power_[1], n_);
}

std::size_t TorusSampler::drawn_row(double uniform, const std::vector<double>& weights) const {
  double left = uniform * std::accumulate(weights.begin(), weights.end(), 0.0);
  std::size_t row = 0;
  while (row + 1 < n_ && (left -= weights[row]) > 0) ++row;
  return row;
}

std::uint64_t TorusSampler::draw(std::uint64_t number) const {
  std::vector<double> weights(n_);
  for (std::size_t row = 0; row < n_; ++row) weights[row] = power_[torus_.side][row * n_ + row];
  const std::size_t first = drawn_row(generator_.uniform(number, 0), weights);
  std::uint64_t state = first;
  std::size_t last = first;
  for (unsigned k = 1; k < torus_.side; ++k) {
    for (std::size_t row = 0; row < n_; ++row)
      weights[row] = power_[1][last * n_ + row] * power_[torus_.side - k][row * n_ + first];
    last = drawn_row(generator_.uniform(number, k), weights);
    state |= static_cast<std::uint64_t>(last) << k * torus_.side;
  }
  return state;
}

} // namespace blockspin::rg
