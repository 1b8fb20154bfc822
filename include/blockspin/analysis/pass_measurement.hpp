#pragma once
// What is measured of a configuration and of what comes back of it from every layer of a stack.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/analysis/hidden_order.hpp"
#include "blockspin/analysis/plain_code.hpp"
#include "blockspin/analysis/stack_pass.hpp"
#include "blockspin/analysis/walker_observables.hpp"
#include "blockspin/base/state.hpp"

namespace blockspin::analysis {

/// Quantities of one configuration at one level: 0 is the
/// configuration, level l its reconstruction from layer l.
enum class PassQuantity : std::size_t {
  overlap,           ///< with the configuration, (sum v v')/N
  energy,            ///< per spin, J = 1
  abs_magnetization, ///< per spin
  excess,            ///< nearest neighbours' correlation less that of all pairs
  domain_overlap,    ///< with the configuration, sum M M' / sqrt(sum M^2 sum M'^2) over the windows' sums M
  correlation        ///< one value a distance, from 0: mean of s(x) s(x + r e) over sites and axes
};
/// Quantities of one layer's hidden units read as block spins (hidden_order.hpp).
enum class HiddenQuantity : std::size_t { abs_magnetization, neighbour_correlation, neighbour_excess };
inline constexpr std::size_t n_hidden_quantities = 3;
/// What plain codes of as many numbers as the layer has units keep: the overlaps of PassQuantity.
enum class CodeQuantity : std::size_t { overlap, domain_overlap };
inline constexpr std::size_t n_code_quantities = 2;

/// One row of numbers a configuration: level after level, then layer after layer: hidden units, then plain codes.
/// Layers count from 0.
class PassMeasurement {
public:
  /// `window`: the side of the windows that find where units look, and whose
  /// sums are the domains. Passes `safe_point`. Local.
  PassMeasurement(const lattice::Geometry& geometry, double field, std::span<const rbm::Machine> stack,
                  std::uint64_t window, const SafePoint& safe_point = {});

  std::size_t n_layers() const { return orders_.size(); }
  std::size_t n_distances() const { return spins_.n_distances() + 1; }
  /// Numbers in a row.
  std::size_t n_quantities() const { return n_levels() * n_per_level() + n_layers() * n_per_layer; }
  /// Where a quantity stands in the row; the correlation's first distance.
  std::size_t place(std::size_t level, PassQuantity quantity) const {
    return level * n_per_level() + static_cast<std::size_t>(quantity);
  }
  std::size_t place(std::size_t layer, HiddenQuantity quantity) const {
    return n_levels() * n_per_level() + layer * n_per_layer + static_cast<std::size_t>(quantity);
  }
  std::size_t place(std::size_t layer, Code code, CodeQuantity quantity) const {
    return place(layer, HiddenQuantity{}) + n_hidden_quantities +
           static_cast<std::size_t>(code) * n_code_quantities + static_cast<std::size_t>(quantity);
  }
  /// Of a layer's baseline.
  const PlainCode& code(std::size_t layer, Code code) const {
    return codes_[layer * n_codes + static_cast<std::size_t>(code)];
  }
  /// About, of one configuration: the correlations at all distances and the windows' sums, at every level.
  double seconds() const;

  /// values [configuration, quantity] of data [configuration, site] and what became of it. Local.
  void measure(View<const float, 2> data, const PassedUp& passed, View<double, 2> values) const;

private:
  static constexpr std::size_t n_per_layer = n_hidden_quantities + n_codes * n_code_quantities;
  std::size_t n_levels() const { return orders_.size() + 1; }
  std::size_t n_per_level() const {
    return static_cast<std::size_t>(PassQuantity::correlation) + n_distances();
  }
  void measure_level(std::span<const float> data, std::span<const float> spins, std::span<double> row) const;
  void measure_codes(std::span<const float> data, std::span<const double> domains,
                     std::span<double> row) const;
  std::vector<double> domains_of(std::span<const float> spins) const;

  lattice::Geometry geometry_;
  std::uint64_t window_;
  WalkerMeasurement spins_;
  std::vector<HiddenOrder> orders_; ///< by layer
  std::vector<PlainCode> codes_;    ///< layer by layer, code by code
};

} // namespace blockspin::analysis
