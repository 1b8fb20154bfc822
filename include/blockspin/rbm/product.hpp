#pragma once
// Matrix products whose every element is summed in one fixed order, so that results do not depend on block
// shapes.
//
// c_mn = start_n + a_m0 b_0n + a_m1 b_1n + ..., one fused multiply-add after the other in the order of k (on
// processors without fused multiply-add: multiplied, then added). The kernel is chosen at run time: AVX-512,
// AVX2 with FMA, or plain; the first two give the same bits.

#include <cstddef>
#include <span>
#include <vector>

#include "blockspin/base/array.hpp"

namespace blockspin::rbm {

/// The right factor b [k, n] of a product, copied into panels of consecutive columns, padded with zeros.
class PackedFactor {
public:
  /// From b [k, n] row major, or (transposed) from b^T [n, k] row major.
  void set(View<const float, 2> b);
  void set_transposed(View<const float, 2> b_transposed);

  std::size_t n_rows() const { return n_rows_; }
  std::size_t n_columns() const { return n_columns_; }
  const float* panel(std::size_t p) const { return panels_.data() + p * n_rows_ * panel_width; }

  static constexpr std::size_t panel_width = 32;

private:
  void resize(std::size_t n_rows, std::size_t n_columns);
  std::size_t n_rows_ = 0;
  std::size_t n_columns_ = 0;
  std::vector<float> panels_;
};

/// c [m, n] = start (one value a column) + a [m, k] b [k, n]. Local.
void product(View<const float, 2> a, const PackedFactor& b, std::span<const float> start, View<float, 2> c);

/// c [m, n] += a^T b for a [k, m] and b [k, n]: sums over samples. Exact, and so independent of every order,
/// where the factors lie on grids that keep all partial sums below 2^24 grid units (float) or 2^53 (double).
/// Local.
void add_outer_products(View<const float, 2> a, View<const float, 2> b, View<float, 2> c);
void add_outer_products(View<const double, 2> a, View<const double, 2> b, View<double, 2> c);

/// Name of the kernel in use: "avx512", "avx2", "plain".
const char* product_kernel();

} // namespace blockspin::rbm
