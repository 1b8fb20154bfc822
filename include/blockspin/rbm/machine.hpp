#pragma once
// A restricted Boltzmann machine, and its energies in double precision.
// E(v, h) = - sum_ij v_i W_ij h_j - sum_i b_i v_i - sum_j c_j h_j,   p(v, h) = exp(-E) / Z.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/base/packed.hpp"

namespace blockspin::rbm {

/// The two values of every unit: -1 and +1 (spin), or 0 and 1 (binary).
enum class Units { spin, binary };

/// The value of a unit that is off (bit 0); on (bit 1) is always +1.
constexpr float off_value(Units units) { return units == Units::spin ? -1.0F : 0.0F; }

/// Parameters of one machine. Weights are the float32 master copy, row major [visible, hidden].
struct Machine {
  Units units = Units::spin;
  Array<float, 2> weights;
  std::vector<float> visible_bias;
  std::vector<float> hidden_bias;

  Machine() = default;
  /// All parameters zero.
  Machine(Units kind, std::size_t n_visible, std::size_t n_hidden);

  std::size_t n_visible() const { return visible_bias.size(); }
  std::size_t n_hidden() const { return hidden_bias.size(); }
  /// The same machine with the two layers exchanged: W transposed, b and c swapped.
  Machine transposed() const;
  bool all_finite() const;
  bool operator==(const Machine&) const = default;
};

/// ln sum_h exp(h x) over a unit's two values: ln 2cosh x (spin), ln(1 + exp x) (binary). No overflow.
double ln_partition(Units units, double x);
/// <h> of a unit in field x: tanh x (spin), 1/(1 + exp(-x)) (binary).
double mean_value(Units units, double x);

/// E(v, h). Local.
double energy(const Machine& machine, std::span<const float> visible, std::span<const float> hidden);
/// fields[j] = c_j + sum_i v_i W_ij, summed in double in the order of i. Local.
void hidden_fields(const Machine& machine, std::span<const float> visible, std::span<double> fields);
/// fields[i] = b_i + sum_j W_ij h_j. Local.
void visible_fields(const Machine& machine, std::span<const float> hidden, std::span<double> fields);
/// F(v) = -ln sum_h exp(-E(v, h)), the Hamiltonian H_RBM[v] of the visible units. Local.
double free_energy(const Machine& machine, std::span<const float> visible);
/// The same where the hidden fields of these visible units are known. Local.
double free_energy(const Machine& machine, std::span<const float> visible, std::span<const double> fields);
/// out[i] = F of configuration i; each depends on its own configuration only. Local.
void free_energies(const Machine& machine, const PackedView& configurations, std::span<double> out);
/// -ln sum_v exp(-E(v, h)), the Hamiltonian H_RBM[h] of the hidden units. Local.
double hidden_free_energy(const Machine& machine, std::span<const float> hidden);

} // namespace blockspin::rbm
