#pragma once
// Matrix products whose every element is summed in one fixed order, so that results do
// not depend on block shapes.
// c_mn = start_n + a_m0 b_0n + a_m1 b_1n + ..., one fused multiply-add after the other in the order of k (on
// processors without fused multiply-add: multiplied, then added). The kernel is chosen at run time: AVX-512
// with or without bfloat16 and matrix units, AVX2 with FMA, or plain; all but the last give the same bits,
// except for rounded weights on matrix units.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/rbm/precision.hpp"

namespace blockspin::mpi {
class Communicator;
}

namespace blockspin::rbm {

/// Columns of a panel.
constexpr std::size_t panel_width = 32;

/// A matrix [rows, columns] stored as panels of 32 consecutive columns, each panel row major, the last one
/// padded with zeros: the layout the products read without strides. Elementwise work may run over
/// values(), padding included.
template <class T>
class Panels {
public:
  Panels() = default;
  /// All zero.
  Panels(std::size_t n_rows, std::size_t n_columns)
      : n_rows_(n_rows), n_columns_(n_columns), values_(n_panels() * n_rows * panel_width) {}

  std::size_t n_rows() const { return n_rows_; }
  std::size_t n_columns() const { return n_columns_; }
  std::size_t n_panels() const { return (n_columns_ + panel_width - 1) / panel_width; }
  std::span<T> values() { return values_; }
  std::span<const T> values() const { return values_; }
  T& operator()(std::size_t row, std::size_t column) { return values_[offset(row, column)]; }
  const T& operator()(std::size_t row, std::size_t column) const { return values_[offset(row, column)]; }

  /// Copies a row-major matrix of the same shape in, or out.
  void assign(View<const T, 2> matrix);
  void copy_to(View<T, 2> matrix) const;

private:
  std::size_t offset(std::size_t row, std::size_t column) const {
    return (column / panel_width * n_rows_ + row) * panel_width + column % panel_width;
  }

  std::size_t n_rows_ = 0;
  std::size_t n_columns_ = 0;
  std::vector<T> values_;
};

/// A matrix rounded to bfloat16 numbers: each value the sum of one or two of them (round to nearest even,
/// then the rest likewise; magnitudes below 2^-100 count as zero), as the products read it: panels of 32
/// columns, two rows at a time.
class RoundedPanels {
public:
  /// `precision` is one of the bfloat16 ones. Local.
  void assign(const Panels<float>& matrix, Precision precision);
  std::size_t n_rows() const { return n_rows_; }
  std::size_t n_columns() const { return n_columns_; }
  std::size_t n_terms() const { return n_terms_; }
  /// [panel][pair of rows][term][column]: the even row in the low half of each word.
  std::span<const std::uint32_t> words() const { return words_; }

private:
  std::size_t n_rows_ = 0;
  std::size_t n_columns_ = 0;
  std::size_t n_terms_ = 0;
  std::vector<std::uint32_t> words_;
};

/// to = transpose of from; `to` must have the exchanged shape. Local.
void transpose(const Panels<float>& from, Panels<float>& to);

/// c [m, n] = start (one value a column) + a [m, k] b [k, n]. Local.
void product(View<const float, 2> a, const Panels<float>& b, std::span<const float> start, View<float, 2> c);

/// The same with rounded weights, added in float32 pair by pair (k = 1, 0, 3, 2, ...), each product in one or
/// two terms. The values of `a` must be bfloat16 numbers, as units are; throws ErrorKind::internal otherwise.
/// The same bits with the processor's bfloat16 instructions and without. On matrix units 32 k at a time and
/// term by term: even and odd k are summed apart from zero, and their sum added. Local.
void product(View<const float, 2> a, const RoundedPanels& b, std::span<const float> start, View<float, 2> c);

/// c [m, n] += a^T b for a [k, m] and b [k, n]: sums over samples. Exact, and so independent of
/// every order, where the factors lie on grids that keep all partial sums below 2^24 grid units
/// (float) or 2^53 (double). Local.
void add_outer_products(View<const float, 2> a, const Panels<float>& b, Panels<float>& c);
void add_outer_products(View<const double, 2> a, const Panels<double>& b, Panels<double>& c);

/// The same on matrix units (has_matrix_units()), b as the sum of the rounded terms and values of `a`
/// bfloat16 numbers: exact likewise, so with b on a grid of 16 bits and two terms the same bits. Local.
void add_outer_products(View<const float, 2> a, const RoundedPanels& b, Panels<float>& c);

/// sums[u] += sign * row[u] for sign +-1. Local.
void add_row(std::span<const float> row, double sign, std::span<double> sums);
/// Sum of (a - b)^2 in float32, in a fixed order. Local.
float squared_difference(std::span<const float> a, std::span<const float> b);
/// The largest magnitude, as bits: those of infinities and NaN are larger than any number's. Local.
std::uint32_t largest_magnitude(std::span<const float> values);

/// Has every rank use the best kernels that all ranks' processors run, so that results do not depend on which
/// rank has what: for nodes of several kinds. Collective; call before any product.
void agree_on_kernels(const mpi::Communicator& comm);
/// Name of the kernels in use: "amx", "avx512_bf16", "avx512", "avx2", "plain".
const char* product_kernel();
/// Whether they use matrix units.
bool has_matrix_units();

} // namespace blockspin::rbm
