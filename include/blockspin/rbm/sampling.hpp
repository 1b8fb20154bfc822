#pragma once
// Gibbs half steps v -> h and h -> v on many samples at once.
// Every sample's result depends on its own input, its own number and the sequence only: not on how many
// samples are passed together, nor on how samples are divided over calls or ranks. (Each product is summed in
// the order of the units by fused multiply-adds, whatever the block; each uniform number is addressed, not
// drawn in turn.)

#include <cstdint>
#include <span>

#include "blockspin/base/array.hpp"
#include "blockspin/rbm/machine.hpp"
#include "blockspin/rbm/product.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::rbm {

/// What a half step leaves in a unit, given its mean in the field: a random value with that mean, the mean
/// itself, or the likelier of the two values (on where the field is >= 0).
enum class Rule { sampled, mean, rounded };

/// Which random numbers a block of samples uses: sample number first_sample + row, unit u takes uniform
/// (sequence, number * stride + u), stride the number of units rounded up to a multiple of 16.
struct Draw {
  rng::Generator generator;
  std::uint64_t sequence = 0;
  std::uint64_t first_sample = 0;
};

/// The two half steps of one machine, with its weights laid out for the products. Copies the parameters: call
/// set() when they have changed. Local; const members may be called for any number of samples >= 0.
class GibbsSampler {
public:
  GibbsSampler() = default;
  explicit GibbsSampler(const Machine& machine) { set(machine); }
  /// An empty one whose products take weights so exactly; below float32, fields are
  /// those of unit values only.
  explicit GibbsSampler(Precision precision) : precision_(precision) {}
  void set(const Machine& machine);
  /// The machine it holds, as changed since by way of parameters().
  Machine machine() const;

  /// The parameters themselves, for a trainer: weights as panels. Call
  /// parameters_changed() after writing to them.
  struct Parameters {
    Panels<float>& weights;
    std::vector<float>& visible_bias;
    std::vector<float>& hidden_bias;
  };
  Parameters parameters() { return {weights_, visible_bias_, hidden_bias_}; }
  void parameters_changed();
  Units units() const { return units_; }
  Precision precision() const { return precision_; }
  std::size_t n_hidden() const { return hidden_bias_.size(); }

  /// hidden [n, n_hidden] given visible [n, n_visible] (unit values, or means). `beta` scales the energy: the
  /// machine at its own temperature 1/beta.
  void to_hidden(View<const float, 2> visible, View<float, 2> hidden, Rule rule, const Draw& draw,
                 float beta = 1.0F) const;
  /// visible [n, n_visible] given hidden [n, n_hidden].
  void to_visible(View<const float, 2> hidden, View<float, 2> visible, Rule rule, const Draw& draw,
                  float beta = 1.0F) const;
  /// fields[s, j] = c_j + sum_i v_si W_ij in float32 (the weights as exactly as the precision says).
  void hidden_fields(View<const float, 2> visible, View<float, 2> fields) const;
  /// fields[s, i] = b_i + sum_j W_ij h_sj in float32.
  void visible_fields(View<const float, 2> hidden, View<float, 2> fields) const;
  /// ln sum_h exp(-beta E(v, h)) at inverse temperature `to` less that at `from`, both >= 0, of one sample
  /// from its hidden fields, in double: what exchanges and annealing need of -F.
  double log_weight_change(std::span<const float> visible, std::span<const float> fields, double from,
                           double to) const;

private:
  Units units_ = Units::spin;
  Panels<float> weights_;
  Panels<float> transposed_weights_;
  Precision precision_ = Precision::float32;
  RoundedPanels rounded_weights_, rounded_transposed_weights_; ///< below float32
  std::vector<float> visible_bias_;
  std::vector<float> hidden_bias_;
};

/// Uniform numbers a sample takes of a sequence: the number of units rounded up to a multiple of 16.
std::size_t draw_stride(std::size_t n_units);

/// In place: fields [n, units] become values by the rule, at inverse temperature beta. Vectorised; float32
/// exp of relative error below 3e-7. Each element depends on its own field and number only. Local.
void apply_rule(Units units, Rule rule, const Draw& draw, float beta, View<float, 2> fields);

/// Means and samples of the same units at once, each [n, units] row major or null. With grid_bits > 0 the
/// means are rounded to the nearest multiple of 2^-grid_bits (grid_bits <= 21). Local.
void activate(Units units, const Draw& draw, float beta, int grid_bits, View<const float, 2> fields,
              float* means, float* samples);

} // namespace blockspin::rbm
