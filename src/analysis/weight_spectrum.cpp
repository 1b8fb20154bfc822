#include "blockspin/analysis/weight_spectrum.hpp"

#include <utility>

namespace blockspin::analysis {

WeightSpectrum::WeightSpectrum(const lattice::Geometry& geometry, const Array<double, 2>& weights,
                               SafePoint safe_point)
    : geometry_(geometry), weights_(weights), safe_point_(std::move(safe_point)) {}

void WeightSpectrum::advance() {
  if (!is_decomposed()) {
    spectrum_ = decompose(weights_);
    return;
  }
  patterns_ = weight_patterns(geometry_, spectrum_, weights_, safe_point_);
  has_patterns_ = true;
}

void WeightSpectrum::save(StateSink& sink) const {
  sink.replicated("singular_value", std::span<const double>(spectrum_.singular_value));
  sink.replicated("left_vector", std::span<const double>(spectrum_.left_vector.flat()));
  sink.replicated("right_vector", std::span<const double>(spectrum_.right_vector.flat()));
}

void WeightSpectrum::load(StateSource& source) {
  const std::size_t n = source.n_saved("singular_value");
  spectrum_ = {std::vector<double>(n), Array<double, 2>({n, n == 0 ? 0 : weights_.extent(0)}),
               Array<double, 2>({n, n == 0 ? 0 : weights_.extent(1)})};
  source.replicated("singular_value", std::span<double>(spectrum_.singular_value));
  source.replicated("left_vector", spectrum_.left_vector.flat());
  source.replicated("right_vector", spectrum_.right_vector.flat());
}

} // namespace blockspin::analysis
