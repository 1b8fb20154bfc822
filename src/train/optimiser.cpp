#include "blockspin/train/optimiser.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace blockspin::train {

double UpdateRule::rate(std::uint64_t epoch) const {
  if (schedule == Schedule::list) return rates[std::min<std::size_t>(epoch, rates.size() - 1)];
  if (schedule == Schedule::constant) return learning_rate;
  const double t = std::min(1.0, static_cast<double>(epoch) / static_cast<double>(schedule_epochs));
  const double weight = schedule == Schedule::linear ? 1.0 - t : 0.5 * (1.0 + std::cos(M_PI * t));
  return final_rate + (learning_rate - final_rate) * weight;
}

Optimiser::Optimiser(const UpdateRule& rule, std::size_t n_parameters, bool decays)
    : rule_(rule), l2_(decays ? static_cast<float>(rule.l2) : 0.0F),
      l1_(decays ? static_cast<float>(rule.l1) : 0.0F),
      first_(rule.optimiser == OptimiserKind::adam || rule.momentum != 0.0 ? n_parameters : 0),
      second_(rule.optimiser == OptimiserKind::adam ? n_parameters : 0) {}

namespace {

/// w towards zero by `amount`, not beyond.
float shrunk(float w, float amount) { return std::copysign(std::max(std::abs(w) - amount, 0.0F), w); }

} // namespace

void Optimiser::apply(std::span<float> parameters, std::span<const float> gradient_sum, float scale,
                      double learning_rate, std::uint64_t update) {
  const auto rate = static_cast<float>(learning_rate);
  const std::size_t n = parameters.size();
  float* w = parameters.data();
  const float* sum = gradient_sum.data();
  if (rule_.optimiser == OptimiserKind::adam) {
    const auto beta1 = static_cast<float>(rule_.adam_beta1), beta2 = static_cast<float>(rule_.adam_beta2);
    const auto t = static_cast<double>(update + 1);
    const auto correct1 = static_cast<float>(1.0 / (1.0 - std::pow(rule_.adam_beta1, t)));
    const auto correct2 = static_cast<float>(1.0 / (1.0 - std::pow(rule_.adam_beta2, t)));
    const auto epsilon = static_cast<float>(rule_.adam_epsilon);
    for (std::size_t i = 0; i < n; ++i) {
      const float g = sum[i] * scale - l2_ * w[i];
      first_[i] = beta1 * first_[i] + (1.0F - beta1) * g;
      second_[i] = beta2 * second_[i] + (1.0F - beta2) * g * g;
      w[i] += rate * (first_[i] * correct1) / (std::sqrt(second_[i] * correct2) + epsilon);
    }
  } else if (!first_.empty()) {
    const auto momentum = static_cast<float>(rule_.momentum);
    for (std::size_t i = 0; i < n; ++i) {
      first_[i] = momentum * first_[i] + (sum[i] * scale - l2_ * w[i]);
      w[i] += rate * first_[i];
    }
  } else {
    for (std::size_t i = 0; i < n; ++i) w[i] += rate * (sum[i] * scale - l2_ * w[i]);
  }
  if (l1_ == 0.0F) return;
  const float amount = rule_.l1_scaling == L1Scaling::per_update ? l1_ : l1_ * rate;
  for (std::size_t i = 0; i < n; ++i) w[i] = shrunk(w[i], amount);
}

void Optimiser::save(StateSink& sink, std::string_view name) const {
  sink.replicated(std::string(name) + ".first", std::span<const float>(first_));
  sink.replicated(std::string(name) + ".second", std::span<const float>(second_));
}

void Optimiser::load(StateSource& source, std::string_view name) {
  source.replicated(std::string(name) + ".first", std::span<float>(first_));
  source.replicated(std::string(name) + ".second", std::span<float>(second_));
}

} // namespace blockspin::train
