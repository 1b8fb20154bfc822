#pragma once
// The exact distribution of the 3x3 majority spins of 6x6 spins, for tests.

#include <array>
#include <cmath>
#include <vector>

#include "blockspin/rg/row_weights.hpp"
#include "rg/small_blocks.hpp"

namespace blockspin::rg::test {

/// Couplings of nearest neighbours, diagonal neighbours and plaquettes, and a field.
using Four = std::array<double, 4>;

/// Weights of all 3x3 block states of 6x6 spins by a transfer matrix: rows of blocks are 64 x 64 matrices
/// from the last row of one to the last row of the next.
class BlockedSix {
public:
  explicit BlockedSix(const Four& k) : k_(k), weight(512) {
    std::vector<Matrix> step;
    for (std::uint64_t h = 0; h < 8; ++h) step.push_back(block_row(h));
    for (std::uint64_t h0 = 0; h0 < 8; ++h0)
      for (std::uint64_t h1 = 0; h1 < 8; ++h1) {
        const Matrix upper = times(step[h0], step[h1], 64);
        for (std::uint64_t h2 = 0; h2 < 8; ++h2)
          weight[h0 | h1 << 3 | h2 << 6] = trace_of_product(upper, step[h2], 64);
      }
  }
  /// Means over block states of f.
  template <class F>
  double mean(F&& f) const {
    double sum = 0, norm = 0;
    for (std::uint64_t h = 0; h < 512; ++h) sum += weight[h] * f(h), norm += weight[h];
    return sum / norm;
  }

private:
  static int at(std::uint64_t row, unsigned x) { return spin_of(row, x % 6); }
  double between(std::uint64_t a, std::uint64_t b) const {
    double exponent = 0;
    for (unsigned x = 0; x < 6; ++x)
      exponent += k_[0] * at(a, x) * at(b, x) + k_[1] * (at(a, x) * at(b, x + 1) + at(a, x + 1) * at(b, x)) +
                  k_[2] * at(a, x) * at(a, x + 1) * at(b, x) * at(b, x + 1);
    return std::exp(exponent);
  }
  double within(std::uint64_t a) const {
    double exponent = 0;
    for (unsigned x = 0; x < 6; ++x) exponent += k_[0] * at(a, x) * at(a, x + 1) + k_[3] * at(a, x);
    return std::exp(exponent);
  }
  /// Chance that majority blocking of two rows gives h.
  static double chance(std::uint64_t a, std::uint64_t b, std::uint64_t h) {
    double chance = 1;
    for (unsigned block = 0; block < 3; ++block) {
      const unsigned x = 2 * block;
      const int sum = at(a, x) + at(a, x + 1) + at(b, x) + at(b, x + 1);
      chance *= sum == 0 ? 0.5 : (sum > 0) == (spin_of(h, block) > 0) ? 1 : 0;
    }
    return chance;
  }
  Matrix block_row(std::uint64_t h) const {
    Matrix inner(64 * 64), v(64 * 64);
    for (std::uint64_t a = 0; a < 64; ++a)
      for (std::uint64_t b = 0; b < 64; ++b) {
        v[a * 64 + b] = between(a, b);
        inner[a * 64 + b] = within(a) * between(a, b) * within(b) * chance(a, b, h);
      }
    return times(v, inner, 64);
  }

  Four k_;

public:
  std::vector<double> weight;
};

} // namespace blockspin::rg::test
