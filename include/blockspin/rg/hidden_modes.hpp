#pragma once
// The directions in which a layer's units move together: exact sums of their moments, and the principal modes.

#include <cstdint>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rbm/machine.hpp"
#include "blockspin/rbm/product.hpp"

namespace blockspin::rg {

/// Sums over configurations of m_i and m_i m_j, of one layer's conditional means. Means are rounded to multiples of
/// 2^-12, so that sums of up to 2^28 configurations are exact and do not depend on their order. Local but for what
/// is said.
class HiddenMoments {
public:
  explicit HiddenMoments(std::size_t n_units);

  /// means [configuration, unit], in [-1, 1].
  void add(View<const float, 2> means);
  /// Adds the sums of all ranks; the same on every rank. Collective.
  void sum_over_ranks(const mpi::Communicator& comm);

  /// <h_i>, and <h_i h_j> - <h_i> <h_j> of the units themselves, whose squares are 1.
  std::vector<double> means() const;
  Array<double, 2> covariance() const;

  /// Everything as numbers, and back.
  std::vector<double> numbers() const;
  void set(std::span<const double> numbers);
  static std::size_t n_numbers(std::size_t n_units) { return 1 + n_units + n_units * n_units; }

private:
  std::size_t n_units_;
  double n_ = 0;
  std::vector<double> sums_;
  rbm::Panels<double> products_;
};

/// Directions u of unit length: the numbers u (h - centre) are what is measured of a layer.
struct LayerModes {
  std::vector<double> centre; ///< [unit]
  Array<double, 2>
      direction; ///< [1 + mode, unit]: the turned sum of all units, then modes, largest variance first
  std::vector<double> variance; ///< [mode]: of u h
};

/// `turn` [unit], +-1: how units are turned in the sum, or which way each looks. At most as many modes as units.
/// Local.
LayerModes modes_of(const HiddenMoments& moments, std::span<const double> turn, std::size_t n_modes);

/// Of each layer and unit +1 or -1, the sign of the sum of its receptive field, the column of W_1 W_2 ...: whether a
/// lattice that is up turns the unit up. Local.
std::vector<std::vector<double>> turns_of(std::span<const rbm::Machine> stack);

} // namespace blockspin::rg
