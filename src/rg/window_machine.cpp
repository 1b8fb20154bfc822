#include "blockspin/rg/window_machine.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "blockspin/base/error.hpp"
#include "blockspin/petsc/minimise.hpp"
#include "blockspin/rg/couplings.hpp"
#include "blockspin/rg/row_weights.hpp"

namespace blockspin::rg {
namespace {

constexpr unsigned window_side = 4;

/// Class of a place in the 4x4 window: 0 inside, 1 on an edge of the ring, 2 at its corners.
unsigned window_class(unsigned row, unsigned column) {
  const auto outside = [](unsigned x) { return x == 0 || x + 1 == window_side ? 1U : 0U; };
  return outside(row) + outside(column);
}

constexpr std::array<int, 3> class_size{4, 8, 4};

/// The sums of the spins of each class, each counted from its least: (sum + size) / 2, as one number.
std::size_t sum_index(std::uint64_t window) {
  std::array<std::size_t, 3> up{};
  for (unsigned i = 0; i < window_side * window_side; ++i)
    up[window_class(i / window_side, i % window_side)] += window >> i & 1;
  return (up[0] * 9 + up[1]) * 5 + up[2];
}

std::array<int, 3> sums_of(std::size_t index) {
  const std::array<int, 3> up{static_cast<int>(index / 45), static_cast<int>(index / 5 % 9),
                              static_cast<int>(index % 5)};
  return {2 * up[0] - class_size[0], 2 * up[1] - class_size[1], 2 * up[2] - class_size[2]};
}

/// P of the class sums of one window of the Ising torus: windows fill the first 4 columns of 4 rows; other
/// columns are summed row by row, other rows by powers of the transfer matrix.
std::vector<double> window_distribution(const SmallTorus& torus) {
  const RowWeights rows = row_weights(torus);
  const std::uint64_t n = rows.n, n_inside = 16, n_outside = n / n_inside;
  // From the last row of the window around the torus to its first: V (D V)^(side - 4).
  Matrix around = rows.vertical;
  for (unsigned row = window_side; row < torus.side; ++row) {
    Matrix step = rows.vertical;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) step[i * n + j] *= rows.horizontal[i];
    around = times(around, step, n);
  }
  std::vector<double> distribution(5 * 9 * 5, 0.0);
  // For a fixed window, a path of outside parts through its four rows, closed by `around`.
  Matrix path(n_outside * n_outside), next(n_outside * n_outside);
  for (std::uint64_t window = 0; window < std::uint64_t{1} << 16; ++window) {
    const auto full = [&](unsigned row, std::uint64_t outside) {
      return (window >> row * window_side & (n_inside - 1)) | outside * n_inside;
    };
    for (std::uint64_t first = 0; first < n_outside; ++first)
      for (std::uint64_t o = 0; o < n_outside; ++o)
        path[first * n_outside + o] = first == o ? rows.horizontal[full(0, o)] : 0.0;
    for (unsigned row = 1; row < window_side; ++row) {
      std::fill(next.begin(), next.end(), 0.0);
      for (std::uint64_t a = 0; a < n_outside; ++a)
        for (std::uint64_t b = 0; b < n_outside; ++b) {
          const double weight =
              rows.vertical[full(row - 1, a) * n + full(row, b)] * rows.horizontal[full(row, b)];
          for (std::uint64_t first = 0; first < n_outside; ++first)
            next[first * n_outside + b] += path[first * n_outside + a] * weight;
        }
      path.swap(next);
    }
    double weight = 0;
    for (std::uint64_t first = 0; first < n_outside; ++first)
      for (std::uint64_t last = 0; last < n_outside; ++last)
        weight += path[first * n_outside + last] * around[full(3, last) * n + full(0, first)];
    distribution[sum_index(window)] += weight;
  }
  double total = 0;
  for (const double weight : distribution) total += weight;
  for (double& weight : distribution) weight /= total;
  return distribution;
}

/// <ln P> = -<H> - ln Z, with -<H> = K d ln Z / dK by the torus's own transfer matrix.
double mean_ln_probability(const SmallTorus& torus) {
  return torus.coupling * ln_z_slope(torus) - ln_z(torus);
}

} // namespace

WindowMachine::WindowMachine(const SmallTorus& torus)
    : torus_(torus), n_blocks_(torus.side / 2), negative_entropy_(mean_ln_probability(torus)) {
  require(torus.side == 4 || torus.side == 6, "window machines live on 4x4 and 6x6 tori");
  window_ = window_distribution(torus);
  const unsigned n_sites = torus.side * torus.side;
  class_of_.assign(n_blocks_ * n_blocks_ * n_sites, -1);
  for (unsigned block = 0; block < n_blocks_ * n_blocks_; ++block)
    for (unsigned row = 0; row < window_side; ++row)
      for (unsigned column = 0; column < window_side; ++column) {
        const unsigned r = (block / n_blocks_ * 2 + row + torus.side - 1) % torus.side;
        const unsigned c = (block % n_blocks_ * 2 + column + torus.side - 1) % torus.side;
        class_of_[block * n_sites + r * torus.side + c] = static_cast<int>(window_class(row, column));
      }
}

double WindowMachine::data_term(std::span<const double> lambda, std::span<double> gradient) const {
  const double n_hidden = n_blocks_ * n_blocks_;
  double mean = 0;
  for (std::size_t index = 0; index < window_.size(); ++index) {
    const auto sums = sums_of(index);
    const double field = lambda[0] * sums[0] + lambda[1] * sums[1] + lambda[2] * sums[2];
    mean += n_hidden * window_[index] * ln_2cosh(field);
    for (std::size_t k = 0; k < n_weights; ++k)
      gradient[k] -= n_hidden * window_[index] * std::tanh(field) * sums[k];
  }
  return mean;
}

std::vector<double> WindowMachine::hidden_hamiltonian(std::span<const double> lambda) const {
  const unsigned n_hidden = n_blocks_ * n_blocks_, n_sites = torus_.side * torus_.side;
  std::vector<double> hamiltonian(std::size_t{1} << n_hidden, 0.0);
  for (std::uint64_t h = 0; h < hamiltonian.size(); ++h)
    for (unsigned site = 0; site < n_sites; ++site) {
      double field = 0;
      for (unsigned block = 0; block < n_hidden; ++block) {
        const int k = class_of_[block * n_sites + site];
        if (k >= 0) field += lambda[static_cast<std::size_t>(k)] * spin_of(h, block);
      }
      hamiltonian[h] -= ln_2cosh(field);
    }
  return hamiltonian;
}

double WindowMachine::ln_z(std::span<const double> lambda) const {
  return -free_energy_of(hidden_hamiltonian(lambda));
}

double WindowMachine::kl_divergence(std::span<const double> lambda, std::span<double> gradient) const {
  require(lambda.size() == n_weights && gradient.size() == n_weights, "a window machine has three weights");
  std::fill(gradient.begin(), gradient.end(), 0.0);
  const double data = data_term(lambda, gradient);
  const auto hamiltonian = hidden_hamiltonian(lambda);
  const double ln_z = -free_energy_of(hamiltonian);
  const unsigned n_hidden = n_blocks_ * n_blocks_, n_sites = torus_.side * torus_.side;
  for (std::uint64_t h = 0; h < hamiltonian.size(); ++h)
    for (unsigned site = 0; site < n_sites; ++site) {
      std::array<int, n_weights> sums{};
      for (unsigned block = 0; block < n_hidden; ++block) {
        const int k = class_of_[block * n_sites + site];
        if (k >= 0) sums[static_cast<std::size_t>(k)] += spin_of(h, block);
      }
      const double mean = std::tanh(lambda[0] * sums[0] + lambda[1] * sums[1] + lambda[2] * sums[2]);
      for (std::size_t k = 0; k < n_weights; ++k)
        gradient[k] += std::exp(-hamiltonian[h] - ln_z) * mean * sums[k];
    }
  return negative_entropy_ - data + ln_z;
}

BestWindowMachine best_window_machine(const WindowMachine& machine) {
  // Block-like, smooth, and wide starts: the last two matter on 4x4, where the window is the whole torus.
  BestWindowMachine best;
  for (const std::array start :
       {std::array{0.3, 0.1, 0.0}, {0.2, 0.2, 0.2}, {0.6, 0.5, -0.4}, {1.5, 0.3, -0.1}}) {
    std::vector<double> lambda(start.begin(), start.end());
    const auto result =
        petsc::minimise(lambda, [&](auto at, auto gradient) { return machine.kl_divergence(at, gradient); },
                        {.max_iterations = 500, .gradient_tolerance = 1e-8});
    if (!result.converged)
      throw Error(ErrorKind::numerical, "D_KL of the block machine did not reach its minimum", "kadanoff");
    if (best.lambda.empty() || result.value < best.kl_divergence)
      best = {lambda, result.value, result.iterations};
  }
  // Flipping every lambda flips the hidden spins and changes nothing else.
  if (4 * best.lambda[0] + 8 * best.lambda[1] + 4 * best.lambda[2] < 0)
    for (double& x : best.lambda) x = -x;
  return best;
}

} // namespace blockspin::rg
