#include "blockspin/train/centring.hpp"

#include <algorithm>

namespace blockspin::train {

namespace {

constexpr double share_of_a_batch = 0.01; ///< Montavon and Mueller's, and Melchior, Fischer and Wiskott's

void slide(std::span<const double> means, double share, std::span<double> offsets) {
  for (std::size_t u = 0; u < offsets.size(); ++u) offsets[u] += share * (means[u] - offsets[u]);
}

} // namespace

Centring::Centring(std::size_t n_visible, std::size_t n_hidden) : visible_(n_visible), hidden_(n_hidden) {}

void Centring::move(std::span<const double> visible_means, std::span<const double> hidden_means) {
  const double share = has_begun_ ? share_of_a_batch : 1.0;
  slide(visible_means, share, visible_);
  slide(hidden_means, share, hidden_);
  has_begun_ = true;
}

void Centring::apply(rbm::Panels<float>& weights, std::span<float> visible_bias,
                     std::span<float> hidden_bias) const {
  std::vector<double> along_visible(visible_.size()), along_hidden(hidden_.size());
  for (std::size_t first = 0; first < hidden_.size(); first += rbm::panel_width) {
    const std::size_t n = std::min(rbm::panel_width, hidden_.size() - first);
    for (std::size_t i = 0; i < visible_.size(); ++i) {
      float* const w = &weights(i, first);
      for (std::size_t j = 0; j < n; ++j) {
        const double centred = static_cast<double>(w[j]) - visible_[i] * hidden_bias[first + j] -
                               visible_bias[i] * hidden_[first + j];
        w[j] = static_cast<float>(centred);
        along_hidden[first + j] += visible_[i] * centred;
        along_visible[i] += hidden_[first + j] * centred;
      }
    }
  }
  for (std::size_t i = 0; i < visible_.size(); ++i)
    visible_bias[i] = static_cast<float>(visible_bias[i] - along_visible[i]);
  for (std::size_t j = 0; j < hidden_.size(); ++j)
    hidden_bias[j] = static_cast<float>(hidden_bias[j] - along_hidden[j]);
}

void Centring::save(StateSink& sink) const {
  sink.replicated("visible_offsets", std::span<const double>(visible_));
  sink.replicated("hidden_offsets", std::span<const double>(hidden_));
  sink.replicated("offsets_have_begun", std::uint64_t{has_begun_});
}

void Centring::load(StateSource& source) {
  source.replicated("visible_offsets", std::span<double>(visible_));
  source.replicated("hidden_offsets", std::span<double>(hidden_));
  std::uint64_t has_begun = 0;
  source.replicated("offsets_have_begun", has_begun);
  has_begun_ = has_begun != 0;
}

} // namespace blockspin::train
