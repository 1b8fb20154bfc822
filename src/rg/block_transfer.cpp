#include "blockspin/rg/block_transfer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <span>

#include "blockspin/base/error.hpp"
#include "blockspin/rg/couplings.hpp"

namespace blockspin::rg {
namespace {

/// The spins of block `column` in the rows of one block row.
std::uint64_t block_state(std::span<const std::uint64_t> rows, unsigned column, unsigned b) {
  std::uint64_t state = 0;
  for (unsigned r = 0; r < b; ++r) state |= (rows[r] >> column * b & ((1U << b) - 1)) << r * b;
  return state;
}

/// exp of the kernel of one block row: the product over its blocks, for block spins h_row.
double kernel_weight(const std::vector<double>& table, std::span<const std::uint64_t> rows,
                     std::uint64_t h_row, unsigned n_blocks, unsigned b) {
  double weight = 1;
  const std::size_t n_states = table.size() / 2;
  for (unsigned column = 0; column < n_blocks; ++column)
    weight *= table[(h_row >> column & 1) * n_states + block_state(rows, column, b)];
  return weight;
}

/// One block row for block spins h_row, from the row above it to its last row; inner rows are summed.
Matrix block_row(const RowWeights& rows, const std::vector<double>& table, std::uint64_t h_row,
                 unsigned n_blocks, unsigned b) {
  Matrix inner(rows.n * rows.n, 0.0); // from its first row to its last
  const std::uint64_t n_middle = b == 3 ? rows.n : 1;
  for (std::uint64_t first = 0; first < rows.n; ++first)
    for (std::uint64_t middle = 0; middle < n_middle; ++middle)
      for (std::uint64_t last = 0; last < rows.n; ++last) {
        const double within = rows.horizontal[first] * rows.horizontal[last];
        if (b == 2)
          inner[first * rows.n + last] += within * rows.vertical[first * rows.n + last] *
                                          kernel_weight(table, std::array{first, last}, h_row, n_blocks, b);
        else
          inner[first * rows.n + last] +=
              within * rows.horizontal[middle] * rows.vertical[first * rows.n + middle] *
              rows.vertical[middle * rows.n + last] *
              kernel_weight(table, std::array{first, middle, last}, h_row, n_blocks, b);
      }
  return times(rows.vertical, inner, rows.n);
}

} // namespace

std::vector<double> renormalised_hamiltonian(const SmallTorus& torus, const BlockKernel& kernel) {
  const unsigned b = kernel.side, n_blocks = torus.side / b;
  require(torus.side % b == 0 && n_blocks >= 2, "blocks must tile the torus, two or three a side");
  const double largest = *std::max_element(kernel.values.begin(), kernel.values.end());
  std::vector<double> table(kernel.values);
  for (double& value : table) value = std::exp(value - largest);

  const RowWeights rows = row_weights(torus);
  const std::uint64_t n_h_rows = std::uint64_t{1} << n_blocks;
  std::vector<Matrix> steps;
  for (std::uint64_t h_row = 0; h_row < n_h_rows; ++h_row)
    steps.push_back(block_row(rows, table, h_row, n_blocks, b));
  const double scale = removed_scale(torus) + n_blocks * n_blocks * largest;

  std::vector<double> hamiltonian(std::size_t{1} << n_blocks * n_blocks);
  for (std::uint64_t h0 = 0; h0 < n_h_rows; ++h0)
    for (std::uint64_t h1 = 0; h1 < n_h_rows; ++h1) {
      const std::uint64_t h01 = h0 | h1 << n_blocks;
      if (n_blocks == 2) {
        hamiltonian[h01] = -std::log(trace_of_product(steps[h0], steps[h1], rows.n)) - scale;
        continue;
      }
      const Matrix upper = times(steps[h0], steps[h1], rows.n);
      for (std::uint64_t h2 = 0; h2 < n_h_rows; ++h2)
        hamiltonian[h01 | h2 << 2 * n_blocks] = -std::log(trace_of_product(upper, steps[h2], rows.n)) - scale;
    }
  return hamiltonian;
}

BlockCouplings block_couplings(const std::vector<double>& hamiltonian, unsigned n) {
  require(hamiltonian.size() == std::size_t{1} << n * n && n >= 2, "a block Hamiltonian has a value a state");
  using Offsets = std::vector<std::pair<unsigned, unsigned>>;
  const std::vector<double> coefficients = couplings_of(hamiltonian);
  std::vector<bool> named(coefficients.size(), false);
  // Mean over the distinct products a shape makes when moved and turned, each shared
  // by `moves / distinct` copies.
  const auto mean = [&](const std::vector<Offsets>& shapes) {
    std::map<std::uint64_t, unsigned> copies;
    for (const Offsets& shape : shapes)
      for (unsigned row = 0; row < n; ++row)
        for (unsigned column = 0; column < n; ++column) {
          std::uint64_t mask = 0;
          for (const auto& [dr, dc] : shape)
            mask |= std::uint64_t{1} << ((row + dr) % n * n + (column + dc) % n);
          ++copies[mask];
        }
    double sum = 0;
    for (const auto& [mask, count] : copies) {
      sum += coefficients[mask] / count;
      named[mask] = true;
    }
    return sum / static_cast<double>(copies.size());
  };
  BlockCouplings result;
  result.constant = coefficients[0] / (n * n);
  named[0] = true;
  result.nearest = mean({{{0, 0}, {0, 1}}, {{0, 0}, {1, 0}}});
  result.diagonal = mean({{{0, 0}, {1, 1}}, {{0, 1}, {1, 0}}});
  result.plaquette = mean({{{0, 0}, {0, 1}, {1, 0}, {1, 1}}});
  for (std::size_t mask = 0; mask < coefficients.size(); ++mask)
    if (!named[mask]) result.rest = std::max(result.rest, std::abs(coefficients[mask]));
  return result;
}

} // namespace blockspin::rg
