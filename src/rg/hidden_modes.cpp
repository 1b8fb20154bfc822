#include "blockspin/rg/hidden_modes.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/petsc/dense.hpp"

namespace blockspin::rg {

HiddenMoments::HiddenMoments(std::size_t n_units)
    : n_units_(n_units), sums_(n_units, 0.0), products_(n_units, n_units) {}

void HiddenMoments::add(View<const float, 2> means) {
  constexpr double grid = 4096;
  Array<double, 2> rounded(means.shape());
  std::ranges::transform(means.flat(), rounded.flat().begin(),
                         [](float m) { return std::nearbyint(static_cast<double>(m) * grid) / grid; });
  for (std::size_t c = 0; c < means.extent(0); ++c)
    for (std::size_t i = 0; i < n_units_; ++i) sums_[i] += rounded(c, i);
  rbm::Panels<double> panels(means.extent(0), n_units_);
  panels.assign(rounded);
  rbm::add_outer_products(rounded, panels, products_);
  n_ += static_cast<double>(means.extent(0));
}

std::vector<double> HiddenMoments::numbers() const {
  std::vector<double> all{n_};
  all.insert(all.end(), sums_.begin(), sums_.end());
  Array<double, 2> products({n_units_, n_units_});
  products_.copy_to(products);
  all.insert(all.end(), products.flat().begin(), products.flat().end());
  return all;
}

void HiddenMoments::set(std::span<const double> numbers) {
  n_ = numbers[0];
  std::ranges::copy(numbers.subspan(1, n_units_), sums_.begin());
  products_.assign({numbers.data() + 1 + n_units_, {n_units_, n_units_}});
}

void HiddenMoments::sum_over_ranks(const mpi::Communicator& comm) {
  std::vector<double> all = numbers();
  comm.sum(std::span(all)); // exact: multiples of 2^-24 below 2^29
  set(all);
}

std::vector<double> HiddenMoments::means() const {
  std::vector<double> means = sums_;
  for (double& m : means) m /= n_;
  return means;
}

Array<double, 2> HiddenMoments::covariance() const {
  const std::vector<double> mean = means();
  Array<double, 2> covariance({n_units_, n_units_});
  for (std::size_t i = 0; i < n_units_; ++i)
    for (std::size_t j = 0; j < n_units_; ++j)
      covariance(i, j) = (i == j ? 1 : products_(i, j) / n_) - mean[i] * mean[j];
  return covariance;
}

LayerModes modes_of(const HiddenMoments& moments, std::span<const double> turn, std::size_t n_modes) {
  const std::size_t n_units = turn.size();
  const auto pairs = petsc::leading_eigenpairs(moments.covariance(), std::min(n_modes, n_units));
  LayerModes modes{moments.means(), Array<double, 2>({1 + pairs.value.size(), n_units}), pairs.value};
  for (std::size_t i = 0; i < n_units; ++i)
    modes.direction(0, i) = turn[i] / std::sqrt(static_cast<double>(n_units));
  for (std::size_t k = 0; k < pairs.value.size(); ++k)
    std::ranges::copy(pairs.vector.row(k), modes.direction.row(k + 1).begin());
  return modes;
}

std::vector<std::vector<double>> turns_of(std::span<const rbm::Machine> stack) {
  std::vector<std::vector<double>> turns;
  std::vector<double> field(stack.front().n_visible(), 1.0); // summed over the lattice
  for (const rbm::Machine& machine : stack) {
    std::vector<double> above(machine.n_hidden(), 0.0);
    for (std::size_t i = 0; i < machine.n_visible(); ++i)
      for (std::size_t j = 0; j < machine.n_hidden(); ++j) above[j] += field[i] * machine.weights(i, j);
    field = above;
    for (double& sum : above) sum = sum < 0 ? -1 : 1;
    turns.push_back(above);
  }
  return turns;
}

} // namespace blockspin::rg
