#include "blockspin/rg/window_machine.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "blockspin/base/error.hpp"
#include "blockspin/petsc/minimise.hpp"
#include "blockspin/rg/couplings.hpp"
#include "blockspin/rg/row_weights.hpp"

namespace blockspin::rg {
namespace {

/// Rows of the torus as the sums over a window see them, outside columns included.
class WindowRows {
public:
  WindowRows(const SmallTorus& torus, const WindowShape& shape) : torus_(torus), rows_(row_weights(torus)) {
    for (unsigned row = 0; row < shape.side(); ++row) {
      std::vector<std::size_t> of_row(rows_.n);
      for (std::uint64_t state = 0; state < rows_.n; ++state)
        for (unsigned column = 0; column < shape.side(); ++column)
          if ((state >> column & 1) != 0) of_row[state] += shape.stride(shape.class_at(row, column));
      ups_.push_back(std::move(of_row));
    }
  }
  std::size_t n() const { return rows_.n; }
  const std::vector<double>& horizontal() const { return rows_.horizontal; }
  const Matrix& vertical() const { return rows_.vertical; }
  /// What a row's spins add to the index of class sums.
  const std::vector<std::size_t>& ups(unsigned row) const { return ups_[row]; }

  /// From the last row of the window around the torus to its first: V (D V)^(side - rows of the window).
  Matrix around() const {
    Matrix product = rows_.vertical;
    for (std::size_t row = ups_.size(); row < torus_.side; ++row) {
      Matrix step = rows_.vertical;
      for (std::size_t i = 0; i < rows_.n; ++i)
        for (std::size_t j = 0; j < rows_.n; ++j) step[i * rows_.n + j] *= rows_.horizontal[i];
      product = times(product, step, rows_.n);
    }
    return product;
  }

private:
  SmallTorus torus_;
  RowWeights rows_;
  std::vector<std::vector<std::size_t>> ups_;
};

/// Weights of all window rows so far, for a fixed first row: [last row so far][place], where index[place] is
/// the index of class sums. Only sums that occur have a place.
struct PartialSums {
  std::vector<std::size_t> index;
  std::vector<double> weight;
};

/// One row more.
PartialSums next_row(const PartialSums& before, const WindowRows& rows, unsigned row, std::size_t n_sums) {
  const std::size_t n = rows.n(), n_before = before.index.size(), nowhere = n_sums;
  std::vector<std::size_t> place(n_sums, nowhere);
  PartialSums after;
  for (const std::size_t index : before.index)
    for (const std::size_t up : rows.ups(row)) {
      if (place[index + up] != nowhere) continue;
      place[index + up] = after.index.size();
      after.index.push_back(index + up);
    }
  after.weight.assign(n * after.index.size(), 0.0);
  std::vector<double> arriving(n_before);
  for (std::size_t state = 0; state < n; ++state) {
    std::fill(arriving.begin(), arriving.end(), 0.0);
    for (std::size_t last = 0; last < n; ++last) {
      const double step = rows.vertical()[last * n + state] * rows.horizontal()[state];
      for (std::size_t k = 0; k < n_before; ++k) arriving[k] += step * before.weight[last * n_before + k];
    }
    double* of_state = after.weight.data() + state * after.index.size();
    for (std::size_t k = 0; k < n_before; ++k)
      of_state[place[before.index[k] + rows.ups(row)[state]]] += arriving[k];
  }
  return after;
}

/// P of the class sums of one window of the Ising torus, by transfer over its rows; other rows by powers of
/// the transfer matrix.
std::vector<double> window_distribution(const SmallTorus& torus, const WindowShape& shape) {
  const WindowRows rows(torus, shape);
  const Matrix around = rows.around();
  std::vector<double> distribution(shape.n_sums(), 0.0);
  for (std::size_t first = 0; first < rows.n(); ++first) {
    PartialSums sums{{rows.ups(0)[first]}, std::vector<double>(rows.n(), 0.0)};
    sums.weight[first] = rows.horizontal()[first];
    for (unsigned row = 1; row < shape.side(); ++row) sums = next_row(sums, rows, row, shape.n_sums());
    for (std::size_t last = 0; last < rows.n(); ++last)
      for (std::size_t k = 0; k < sums.index.size(); ++k)
        distribution[sums.index[k]] +=
            sums.weight[last * sums.index.size() + k] * around[last * rows.n() + first];
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

WindowShape::WindowShape(unsigned block_side) : side_(block_side + 2) {
  // Twice the distance from the centre along each axis; classes from the inside outwards.
  const auto away = [this](unsigned x) {
    return x * 2 > side_ - 1 ? x * 2 - (side_ - 1) : side_ - 1 - x * 2;
  };
  std::map<std::pair<unsigned, unsigned>, unsigned> number;
  for (unsigned row = 0; row < side_; ++row)
    for (unsigned column = 0; column < side_; ++column)
      number[{std::max(away(row), away(column)), std::min(away(row), away(column))}] = 0;
  for (auto& [distances, k] : number) {
    k = static_cast<unsigned>(sizes_.size());
    sizes_.push_back(0);
  }
  for (unsigned row = 0; row < side_; ++row)
    for (unsigned column = 0; column < side_; ++column) {
      classes_.push_back(number[{std::max(away(row), away(column)), std::min(away(row), away(column))}]);
      ++sizes_[classes_.back()];
    }
  for (const unsigned size : sizes_) {
    strides_.push_back(n_sums_);
    n_sums_ *= size + 1;
  }
}

double WindowShape::total(std::span<const double> lambda) const {
  double sum = 0;
  for (std::size_t k = 0; k < n_classes(); ++k) sum += lambda[k] * sizes_[k];
  return sum;
}

std::vector<int> WindowShape::sums(std::size_t index) const {
  std::vector<int> all;
  for (const unsigned size : sizes_) {
    all.push_back(2 * static_cast<int>(index % (size + 1)) - static_cast<int>(size));
    index /= size + 1;
  }
  return all;
}

WindowMachine::WindowMachine(const SmallTorus& torus, unsigned block_side)
    : torus_(torus), shape_(block_side), n_blocks_(torus.side / block_side),
      negative_entropy_(mean_ln_probability(torus)) {
  require((block_side == 2 && (torus.side == 4 || torus.side == 6)) || (block_side == 3 && torus.side == 6),
          "window machines live on 4x4 (2x2 blocks) and 6x6 tori (2x2 and 3x3)");
  window_ = window_distribution(torus, shape_);
  const unsigned n_sites = torus.side * torus.side;
  class_of_.assign(n_blocks_ * n_blocks_ * n_sites, -1);
  for (unsigned block = 0; block < n_blocks_ * n_blocks_; ++block)
    for (unsigned row = 0; row < shape_.side(); ++row)
      for (unsigned column = 0; column < shape_.side(); ++column) {
        const unsigned r = (block / n_blocks_ * block_side + row + torus.side - 1) % torus.side;
        const unsigned c = (block % n_blocks_ * block_side + column + torus.side - 1) % torus.side;
        class_of_[block * n_sites + r * torus.side + c] = static_cast<int>(shape_.class_at(row, column));
      }
}

double WindowMachine::data_term(std::span<const double> lambda, std::span<double> gradient) const {
  const double n_hidden = n_blocks_ * n_blocks_;
  double mean = 0;
  for (std::size_t index = 0; index < window_.size(); ++index) {
    if (window_[index] == 0) continue;
    const auto sums = shape_.sums(index);
    double field = 0;
    for (std::size_t k = 0; k < n_weights(); ++k) field += lambda[k] * sums[k];
    mean += n_hidden * window_[index] * ln_2cosh(field);
    for (std::size_t k = 0; k < n_weights(); ++k)
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

std::vector<double> WindowMachine::weights(std::span<const double> lambda) const {
  const unsigned n_hidden = n_blocks_ * n_blocks_, n_sites = torus_.side * torus_.side;
  std::vector<double> weights(n_sites * n_hidden, 0.0);
  for (unsigned block = 0; block < n_hidden; ++block)
    for (unsigned site = 0; site < n_sites; ++site)
      if (const int k = class_of_[block * n_sites + site]; k >= 0)
        weights[site * n_hidden + block] = lambda[static_cast<std::size_t>(k)];
  return weights;
}

double WindowMachine::ln_z(std::span<const double> lambda) const {
  return -free_energy_of(hidden_hamiltonian(lambda));
}

double WindowMachine::kl_divergence(std::span<const double> lambda, std::span<double> gradient) const {
  require(lambda.size() == n_weights() && gradient.size() == n_weights(), "one weight a class of the window");
  std::fill(gradient.begin(), gradient.end(), 0.0);
  const double data = data_term(lambda, gradient);
  const auto hamiltonian = hidden_hamiltonian(lambda);
  const double ln_z = -free_energy_of(hamiltonian);
  const unsigned n_hidden = n_blocks_ * n_blocks_, n_sites = torus_.side * torus_.side;
  for (std::uint64_t h = 0; h < hamiltonian.size(); ++h)
    for (unsigned site = 0; site < n_sites; ++site) {
      std::vector<int> sums(n_weights());
      for (unsigned block = 0; block < n_hidden; ++block) {
        const int k = class_of_[block * n_sites + site];
        if (k >= 0) sums[static_cast<std::size_t>(k)] += spin_of(h, block);
      }
      double field = 0;
      for (std::size_t k = 0; k < n_weights(); ++k) field += lambda[k] * sums[k];
      const double mean = std::tanh(field);
      for (std::size_t k = 0; k < n_weights(); ++k)
        gradient[k] += std::exp(-hamiltonian[h] - ln_z) * mean * sums[k];
    }
  return negative_entropy_ - data + ln_z;
}

BestWindowMachine best_window_machine(const WindowMachine& machine) {
  // Block-like, smooth, and wide starts: the last two matter on 4x4, where the window is the whole torus.
  using Starts = std::vector<std::vector<double>>;
  const Starts of_two{{0.3, 0.1, 0.0}, {0.2, 0.2, 0.2}, {0.6, 0.5, -0.4}, {1.5, 0.3, -0.1}};
  const Starts of_three{{0.2, 0.2, 0.2, 0.1, 0.05, 0.0},
                        {0.1, 0.1, 0.1, 0.1, 0.1, 0.1},
                        {0.8, 0.4, 0.2, 0.1, 0.0, 0.0},
                        {0.3, 0.3, 0.3, 0.3, -0.1, -0.3}};
  BestWindowMachine best;
  for (std::vector<double> lambda : machine.n_weights() == 3 ? of_two : of_three) {
    const auto result =
        petsc::minimise(lambda, [&](auto at, auto gradient) { return machine.kl_divergence(at, gradient); },
                        {.max_iterations = 500, .gradient_tolerance = 1e-8});
    if (!result.converged)
      throw Error(ErrorKind::numerical, "D_KL of the block machine did not reach its minimum", "kadanoff");
    if (best.lambda.empty() || result.value < best.kl_divergence)
      best = {lambda, result.value, result.iterations};
  }
  // Flipping every lambda flips the hidden spins and changes nothing else.
  if (machine.shape().total(best.lambda) < 0)
    for (double& x : best.lambda) x = -x;
  return best;
}

} // namespace blockspin::rg
