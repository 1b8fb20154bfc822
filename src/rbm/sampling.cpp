#include "blockspin/rbm/sampling.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "blockspin/base/error.hpp"
#include "blockspin/rbm/profile.hpp"
#include "kernels.hpp"

namespace blockspin::rbm {

namespace {

/// Random numbers made in one go: of many short rows, so that they come at the speed of long ones.
constexpr std::size_t words_at_once = 8192;

float slope_of(Units units, float beta) { return units == Units::spin ? 2.0F * beta : beta; }

void round_to_values(Units units, std::span<float> fields) {
  const float off = off_value(units);
  for (float& x : fields) x = x >= 0.0F ? 1.0F : off;
}

} // namespace

std::size_t draw_stride(std::size_t n_units) {
  return (n_units + kernel_group - 1) / kernel_group * kernel_group;
}

float grid_shift(int grid_bits) {
  return grid_bits == 0 ? 0.0F : 1.5F * static_cast<float>(1 << 23) / static_cast<float>(1 << grid_bits);
}

void activate(Units units, const Draw& draw, float beta, int grid_bits, View<const float, 2> fields,
              float* means, float* samples) {
  const Timed timed(Work::units);
  static_assert(std::endian::native == std::endian::little); // unit 2w takes the low half of word w
  const std::size_t n_samples = fields.extent(0), n_units = fields.extent(1), stride = draw_stride(n_units);
  const std::size_t at_once = std::min(n_samples, std::max<std::size_t>(1, words_at_once / stride));
  std::vector<std::uint64_t> words(samples != nullptr ? at_once * stride / 2 : 0);
  Activation job{slope_of(units, beta), off_value(units), grid_shift(grid_bits), nullptr, nullptr, nullptr};
  for (std::size_t s = 0; s < n_samples; ++s) {
    if (samples != nullptr && s % at_once == 0)
      draw.generator.words(draw.sequence, (draw.first_sample + s) * stride / 2, words);
    job.random = reinterpret_cast<const std::uint32_t*>(words.data()) + s % at_once * stride;
    job.mean = means != nullptr ? means + s * n_units : nullptr;
    job.sample = samples != nullptr ? samples + s * n_units : nullptr;
    kernels().activate(fields.data() + s * n_units, n_units, job);
  }
}

void apply_rule(Units units, Rule rule, const Draw& draw, float beta, View<float, 2> fields) {
  if (rule == Rule::rounded) return round_to_values(units, fields.flat());
  float* means = rule == Rule::mean ? fields.data() : nullptr;
  float* samples = rule == Rule::sampled ? fields.data() : nullptr;
  activate(units, draw, beta, 0, fields, means, samples);
}

void GibbsSampler::set(const Machine& machine) {
  units_ = machine.units;
  weights_ = Panels<float>(machine.n_visible(), machine.n_hidden());
  weights_.assign(machine.weights.view());
  transposed_weights_ = Panels<float>(machine.n_hidden(), machine.n_visible());
  parameters_changed();
  visible_bias_ = machine.visible_bias;
  hidden_bias_ = machine.hidden_bias;
}

void GibbsSampler::parameters_changed() {
  transpose(weights_, transposed_weights_);
  if (precision_ == Precision::float32) return;
  rounded_weights_.assign(weights_, precision_);
  rounded_transposed_weights_.assign(transposed_weights_, precision_);
}

Machine GibbsSampler::machine() const {
  Machine machine(units_, visible_bias_.size(), hidden_bias_.size());
  weights_.copy_to(machine.weights.view());
  machine.visible_bias = visible_bias_;
  machine.hidden_bias = hidden_bias_;
  return machine;
}

void GibbsSampler::hidden_fields(View<const float, 2> visible, View<float, 2> fields) const {
  const Timed timed(Work::products);
  if (precision_ == Precision::float32)
    product(visible, weights_, hidden_bias_, fields);
  else
    product(visible, rounded_weights_, hidden_bias_, fields);
}

void GibbsSampler::visible_fields(View<const float, 2> hidden, View<float, 2> fields) const {
  const Timed timed(Work::products);
  if (precision_ == Precision::float32)
    product(hidden, transposed_weights_, visible_bias_, fields);
  else
    product(hidden, rounded_transposed_weights_, visible_bias_, fields);
}

namespace {

/// sum of a[i] b[i] in eight lanes, added up in turn: an order that vectors can take.
double dot(std::span<const float> a, std::span<const float> b) {
  constexpr std::size_t n_lanes = 8;
  double lanes[n_lanes] = {};
  std::size_t i = 0;
  for (; i + n_lanes <= a.size(); i += n_lanes)
    for (std::size_t lane = 0; lane < n_lanes; ++lane)
      lanes[lane] += static_cast<double>(a[i + lane]) * b[i + lane];
  double sum = 0.0;
  for (const double x : lanes) sum += x;
  for (; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

/// sum over units of ln sum_h exp(to h x) less the same at `from`. With |x| (spin) or max(x, 0)
/// (binary) taken out, the sums over h are between 1 and 2, and so many of them are multiplied
/// before a logarithm is taken.
double ln_partition_change(Units units, std::span<const float> fields, double from, double to) {
  constexpr std::size_t factors_at_once = 512;
  const double slope = units == Units::spin ? -2.0 : -1.0;
  double linear = 0.0, rest = 0.0;
  for (std::size_t first = 0; first < fields.size(); first += factors_at_once) {
    double at_from = 1.0, at_to = 1.0;
    for (const float x : fields.subspan(first, std::min(factors_at_once, fields.size() - first))) {
      const double magnitude = std::abs(static_cast<double>(x));
      linear += units == Units::spin || x > 0.0F ? magnitude : 0.0;
      at_from *= 1.0 + std::exp(slope * from * magnitude);
      at_to *= 1.0 + std::exp(slope * to * magnitude);
    }
    rest += std::log(at_to / at_from);
  }
  return (to - from) * linear + rest;
}

} // namespace

double GibbsSampler::log_weight_change(std::span<const float> visible, std::span<const float> fields,
                                       double from, double to) const {
  return (to - from) * dot(visible_bias_, visible) + ln_partition_change(units_, fields, from, to);
}

void GibbsSampler::to_hidden(View<const float, 2> visible, View<float, 2> hidden, Rule rule, const Draw& draw,
                             float beta) const {
  hidden_fields(visible, hidden);
  apply_rule(units_, rule, draw, beta, hidden);
}

void GibbsSampler::to_visible(View<const float, 2> hidden, View<float, 2> visible, Rule rule,
                              const Draw& draw, float beta) const {
  visible_fields(hidden, visible);
  apply_rule(units_, rule, draw, beta, visible);
}

} // namespace blockspin::rbm
