#include "blockspin/rg/bond_moving.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "blockspin/base/error.hpp"
#include "blockspin/petsc/minimise.hpp"
#include "blockspin/rg/couplings.hpp"

namespace blockspin::rg {
namespace {

/// One site of a cluster: which of the four block spins it belongs to, and its class in its own block and in
/// the block-shaped cluster, to which the normaliser has moved.
struct ClusterSite {
  unsigned block;
  unsigned own_class;
  unsigned moved_class;
};

/// A cluster is a block moved by (b/2, b/2): its sites lie in the block at its origin
/// and the three that follow it.
std::vector<ClusterSite> cluster_sites(unsigned b) {
  const std::vector<unsigned> classes = site_classes(b);
  std::vector<ClusterSite> sites;
  for (unsigned row = 0; row < b; ++row)
    for (unsigned column = 0; column < b; ++column) {
      const unsigned r = row + b / 2, c = column + b / 2;
      sites.push_back({2 * (r / b) + c / b, classes[r % b * b + c % b], classes[row * b + column]});
    }
  return sites;
}

/// The sum over open bonds of a b x b cluster.
int internal_bonds(std::uint64_t state, unsigned b) {
  int sum = 0;
  for (unsigned i = 0; i < b * b; ++i) {
    if (i % b + 1 < b) sum += spin_of(state, i) * spin_of(state, i + 1);
    if (i / b + 1 < b) sum += spin_of(state, i) * spin_of(state, i + b);
  }
  return sum;
}

/// -ln of one cluster's sum for each setting of its four block spins, and its derivatives by lambda.
struct ClusterEnergy {
  std::array<double, 16> energy{};
  std::array<std::vector<double>, 16> gradient;
};

ClusterEnergy sum_cluster(double coupling, unsigned b, std::span<const double> lambda) {
  const auto sites = cluster_sites(b);
  const std::uint64_t n_states = std::uint64_t{1} << b * b;
  const double moved_coupling =
      coupling * b / (b - 1); // 2 b^2 bonds a block, 2 b (b - 1) places inside a cluster
  ClusterEnergy result;
  std::vector<double> exponents(n_states);
  std::vector<std::vector<double>> slopes(n_states);
  for (unsigned h = 0; h < 16; ++h) {
    for (std::uint64_t state = 0; state < n_states; ++state) {
      double field = 0, normaliser = 0;
      std::vector<double> d_field(lambda.size(), 0.0), d_normaliser(lambda.size(), 0.0);
      for (unsigned i = 0; i < sites.size(); ++i) {
        const int spin = spin_of(state, i);
        const int pair = spin * spin_of(h, sites[i].block);
        field += lambda[sites[i].own_class] * pair;
        d_field[sites[i].own_class] += pair;
        normaliser += lambda[sites[i].moved_class] * spin;
        d_normaliser[sites[i].moved_class] += spin;
      }
      exponents[state] = moved_coupling * internal_bonds(state, b) + field - ln_2cosh(normaliser);
      for (std::size_t k = 0; k < lambda.size(); ++k) d_field[k] -= std::tanh(normaliser) * d_normaliser[k];
      slopes[state] = std::move(d_field);
    }
    const double ln_sum = ln_sum_exp(exponents);
    result.energy[h] = -ln_sum;
    result.gradient[h].assign(lambda.size(), 0.0);
    for (std::uint64_t state = 0; state < n_states; ++state)
      for (std::size_t k = 0; k < lambda.size(); ++k)
        result.gradient[h][k] -= std::exp(exponents[state] - ln_sum) * slopes[state][k];
  }
  return result;
}

} // namespace

MovedBound moved_bound(const SmallTorus& torus, unsigned block_side, std::span<const double> lambda) {
  const unsigned n = torus.side / block_side;
  require(torus.side % block_side == 0 && n >= 2 && n <= 3,
          "blocks must tile the torus, two or three a side");
  const ClusterEnergy cluster = sum_cluster(torus.coupling, block_side, lambda);
  const std::size_t n_states = std::size_t{1} << n * n;

  MovedBound bound;
  bound.renormalised.assign(n_states, 0.0);
  std::vector<std::vector<double>> slopes(n_states, std::vector<double>(lambda.size(), 0.0));
  for (std::uint64_t h = 0; h < n_states; ++h)
    for (unsigned row = 0; row < n; ++row)
      for (unsigned column = 0; column < n; ++column) {
        const auto bit = [&](unsigned r, unsigned c) { return h >> (r % n * n + c % n) & 1; };
        const std::uint64_t four = bit(row, column) | bit(row, column + 1) << 1 | bit(row + 1, column) << 2 |
                                   bit(row + 1, column + 1) << 3;
        bound.renormalised[h] += cluster.energy[four];
        for (std::size_t k = 0; k < lambda.size(); ++k) slopes[h][k] += cluster.gradient[four][k];
      }
  bound.free_energy = free_energy_of(bound.renormalised);
  bound.gradient.assign(lambda.size(), 0.0);
  for (std::size_t h = 0; h < n_states; ++h)
    for (std::size_t k = 0; k < lambda.size(); ++k)
      bound.gradient[k] += std::exp(bound.free_energy - bound.renormalised[h]) * slopes[h][k];
  return bound;
}

BestBound best_moved_bound(const SmallTorus& torus, unsigned block_side, std::vector<double> start) {
  const auto objective = [&](std::span<const double> lambda, std::span<double> gradient) {
    const MovedBound bound = moved_bound(torus, block_side, lambda);
    std::transform(bound.gradient.begin(), bound.gradient.end(), gradient.begin(),
                   [](double g) { return -g; });
    return -bound.free_energy;
  };
  BestBound best;
  best.lambda = std::move(start);
  const auto result =
      petsc::minimise(best.lambda, objective, {.max_iterations = 500, .gradient_tolerance = 1e-10});
  if (!result.converged)
    throw Error(ErrorKind::numerical, "the bond-moving bound did not reach its maximum", "kadanoff");
  // Flipping every lambda flips the block spins and changes nothing else: choose the ferromagnetic sign.
  if (best.lambda.back() < 0)
    for (double& x : best.lambda) x = -x;
  best.bound = moved_bound(torus, block_side, best.lambda);
  best.iterations = result.iterations;
  return best;
}

} // namespace blockspin::rg
