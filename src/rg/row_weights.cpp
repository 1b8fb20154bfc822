#include "blockspin/rg/row_weights.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

#include "blockspin/base/error.hpp"

namespace blockspin::rg {
namespace {

/// Sum of v_i v_j over a row's own bonds, or between two rows, of which n_differing are -1.
int agreement(const SmallTorus& torus, std::uint64_t n_differing) {
  return static_cast<int>(torus.side) - 2 * static_cast<int>(n_differing);
}

int within_row(const SmallTorus& torus, std::uint64_t row) {
  const std::uint64_t shifted = (row >> 1) | (row & 1) << (torus.side - 1);
  return agreement(torus, static_cast<std::uint64_t>(std::popcount(row ^ shifted)));
}

int between_rows(const SmallTorus& torus, std::uint64_t a, std::uint64_t b) {
  return agreement(torus, static_cast<std::uint64_t>(std::popcount(a ^ b)));
}

/// Row to next row, the next row's own bonds included; and the same times its bond sum, its derivative by K.
struct Step {
  Matrix weight;
  Matrix slope;
};

Step make_step(const SmallTorus& torus) {
  const RowWeights rows = row_weights(torus);
  Step step{rows.vertical, rows.vertical};
  for (std::size_t a = 0; a < rows.n; ++a)
    for (std::size_t b = 0; b < rows.n; ++b) {
      step.weight[a * rows.n + b] *= rows.horizontal[b];
      step.slope[a * rows.n + b] =
          step.weight[a * rows.n + b] * (between_rows(torus, a, b) + within_row(torus, b));
    }
  return step;
}

/// The transfer through all rows but one.
Matrix rest_of_torus(const SmallTorus& torus, const Matrix& step, std::size_t n) {
  Matrix product = step;
  for (unsigned row = 2; row < torus.side; ++row) product = times(product, step, n);
  return product;
}

} // namespace

Matrix times(const Matrix& a, const Matrix& b, std::size_t n) {
  Matrix c(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < n; ++k) {
      const double x = a[i * n + k];
      for (std::size_t j = 0; j < n; ++j) c[i * n + j] += x * b[k * n + j];
    }
  return c;
}

double trace_of_product(const Matrix& a, const Matrix& b, std::size_t n) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) sum += a[i * n + j] * b[j * n + i];
  return sum;
}

RowWeights row_weights(const SmallTorus& torus) {
  require(torus.side >= 2 && torus.side <= 6, "a small torus has a side of 2 to 6");
  const int side = static_cast<int>(torus.side);
  const std::uint64_t n = std::uint64_t{1} << torus.side;
  RowWeights rows{n, Matrix(n * n), std::vector<double>(n)};
  for (std::uint64_t a = 0; a < n; ++a) {
    rows.horizontal[a] = std::exp(torus.coupling * (within_row(torus, a) - side));
    for (std::uint64_t b = 0; b < n; ++b)
      rows.vertical[a * n + b] = std::exp(torus.coupling * (between_rows(torus, a, b) - side));
  }
  return rows;
}

double removed_scale(const SmallTorus& torus) { return 2 * torus.coupling * torus.side * torus.side; }

int bond_sum(const SmallTorus& torus, std::uint64_t state) {
  const auto row = [&](unsigned k) {
    return state >> k % torus.side * torus.side & ((std::uint64_t{1} << torus.side) - 1);
  };
  int sum = 0;
  for (unsigned k = 0; k < torus.side; ++k)
    sum += within_row(torus, row(k)) + between_rows(torus, row(k), row(k + 1));
  return sum;
}

double ln_z(const SmallTorus& torus) {
  const Step step = make_step(torus);
  const std::size_t n = std::size_t{1} << torus.side;
  return std::log(trace_of_product(rest_of_torus(torus, step.weight, n), step.weight, n)) +
         removed_scale(torus);
}

double ln_z_slope(const SmallTorus& torus) {
  const Step step = make_step(torus);
  const std::size_t n = std::size_t{1} << torus.side;
  const Matrix rest = rest_of_torus(torus, step.weight, n);
  return torus.side * trace_of_product(rest, step.slope, n) / trace_of_product(rest, step.weight, n);
}

} // namespace blockspin::rg
