// Cluster updates against enumeration, the exact magnetisation distribution, and
// themselves on other divisions.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "blockspin/ising/exact/enumeration.hpp"
#include "blockspin/ising/exact/magnetization.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/ising/observables.hpp"
#include "blockspin/ising/swendsen_wang.hpp"
#include "blockspin/ising/wolff.hpp"
#include "blockspin/stats/hypothesis.hpp"

namespace blockspin::ising {
namespace {

using Extents = std::vector<std::uint64_t>;
enum class Method { swendsen_wang, wolff };

ClusterStream stream(std::uint64_t seed) { return {rng::Generator(seed, rng::StreamId::test, 0), 0, 0}; }

/// Energies and magnetisations after every `stride`-th sweep.
struct Run {
  std::vector<std::int64_t> energy, magnetization;
};

Run simulate(Method method, const Extents& extents, double temperature, std::uint64_t n,
             std::uint64_t stride) {
  const mpi::Communicator self = mpi::Communicator::self();
  const lattice::Geometry geometry(extents);
  RowSpins spins(RowBlock::whole(geometry));
  SwendsenWang swendsen_wang(spins.block());
  Wolff wolff(spins.block());
  ClusterStream random = stream(71);
  spins.randomise(random.generator, std::uint64_t{1} << 63);
  Run run;
  const double share = expected_cluster_share(geometry, temperature);
  for (random.sweep = 0; random.sweep < stride * n + 100; ++random.sweep) {
    if (method == Method::wolff)
      wolff.update(spins, temperature, clusters_in_sweep(share, random.sweep), random);
    else
      swendsen_wang.sweep(spins, temperature, random, self);
    if (random.sweep < 100 || random.sweep % stride != 0) continue;
    const BoxCounts counts = spins.count(self);
    run.energy.push_back(2 * static_cast<std::int64_t>(counts.antiparallel) -
                         static_cast<std::int64_t>(geometry.n_bonds()));
    run.magnetization.push_back(2 * static_cast<std::int64_t>(counts.up) -
                                static_cast<std::int64_t>(geometry.n_sites()));
  }
  return run;
}

/// Chi-square over all classes of (energy, |magnetisation|), at a simulated temperature `fault` times the
/// stated one. The sign turns in nearly every sweep, so that |M| is what is left to test.
double p_of_classes(Method method, const Extents& extents, double temperature, double fault = 1) {
  const exact::Enumeration all(extents);
  const std::vector<double> p = all.probability(temperature);
  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> cell;
  std::vector<double> probability;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const auto [it, is_new] =
        cell.try_emplace({all.classes()[i].energy, std::abs(all.classes()[i].magnetization)}, cell.size());
    if (is_new) probability.push_back(0);
    probability[it->second] += p[i];
  }
  std::vector<std::uint64_t> count(probability.size(), 0);
  const Run run = simulate(method, extents, temperature * fault, 20000, 8);
  for (std::size_t i = 0; i < run.energy.size(); ++i)
    ++count.at(cell.at({run.energy[i], std::abs(run.magnetization[i])}));
  return stats::chi_square(count, probability).p_value;
}

Observables observe(const Run& run, std::uint64_t n_sites, double temperature) {
  const std::span<const std::int64_t> energy[] = {run.energy}, magnetization[] = {run.magnetization};
  return measure({n_sites, temperature, 0}, energy, magnetization);
}

} // namespace

// Ten chi-squares with a chance of 1e-8 each of a false alarm; samples are 8 sweeps apart,
// far beyond the correlation.
TEST(Clusters, SampleTheExactDistributionInEveryDimension) {
  for (const Method method : {Method::swendsen_wang, Method::wolff}) {
    EXPECT_GT(p_of_classes(method, {4, 4}, 2.3), 1e-8);
    EXPECT_GT(p_of_classes(method, {3, 5}, 2.0), 1e-8);
    EXPECT_GT(p_of_classes(method, {9}, 1.0), 1e-8);
    EXPECT_GT(p_of_classes(method, {4, 4}, 8.0), 1e-8);
    EXPECT_GT(p_of_classes(method, {3, 3, 3}, 4.5), 1e-8);
  }
}

TEST(Clusters, TheTestSeesAWrongBondProbability) {
  EXPECT_LT(p_of_classes(Method::swendsen_wang, {4, 4}, 2.3, 1.03), 1e-8);
  EXPECT_LT(p_of_classes(Method::wolff, {4, 4}, 2.3, 1.03), 1e-8);
}

// Two by eight pulls; false alarm 1e-7 each.
TEST(Clusters, MatchTheExactMagnetisationDistribution) {
  for (const std::uint64_t side : {8, 10})
    for (const Method method : {Method::swendsen_wang, Method::wolff}) {
      const double t = 2.35, n = static_cast<double>(side * side);
      const auto exact = exact::magnetization_distribution(side, side, t);
      const Observables x = observe(simulate(method, {side, side}, t, 40000, 1), side * side, t);
      const auto pull = [&](Observable o, double value) { return (x[o].mean - value) / x[o].error; };
      const std::vector<double> pulls{
          pull(Observable::energy, exact::torus(side, side, t).energy),
          pull(Observable::binder_cumulant, exact.binder_cumulant()),
          pull(Observable::susceptibility, n * (exact.moment(2) - std::pow(exact.abs_moment(), 2)) / t)};
      for (const double sigma : pulls) EXPECT_GT(stats::two_sided_p(sigma), 1e-7) << sigma;
    }
}

TEST(Clusters, LongRowsHoldToKaufman) {
  const double t = exact::critical_temperature;
  for (const Method method : {Method::swendsen_wang, Method::wolff}) {
    const Observables x = observe(simulate(method, {12, 130}, t, 4000, 1), 12 * 130, t);
    const double sigma =
        (x[Observable::energy].mean - exact::torus(12, 130, t).energy) / x[Observable::energy].error;
    EXPECT_GT(stats::two_sided_p(sigma), 1e-7) << sigma;
  }
}

TEST(Wolff, ASweepTurnsAboutEverySpin) {
  const std::vector<std::pair<Extents, double>> cases{
      {{32, 32}, 2.0},      {{32, 32}, exact::critical_temperature},
      {{32, 32}, 3.0},      {{10, 10, 10}, 4.0},
      {{10, 10, 10}, 4.51}, {{10, 10, 10}, 6.0},
      {{200}, 0.8}};
  for (const auto& [extents, t] : cases) {
    RowSpins spins(RowBlock::whole(lattice::Geometry(extents)));
    Wolff wolff(spins.block());
    ClusterStream random = stream(73);
    const double share = expected_cluster_share(spins.block().geometry, t);
    double turned = 0;
    for (random.sweep = 0; random.sweep < 2000; ++random.sweep)
      turned += static_cast<double>(wolff.update(spins, t, clusters_in_sweep(share, random.sweep), random));
    const double per_sweep = turned / 2000 / static_cast<double>(spins.block().geometry.n_sites());
    EXPECT_GT(per_sweep, 0.6) << t;
    EXPECT_LT(per_sweep, 1.7) << t;
  }
}

} // namespace blockspin::ising
