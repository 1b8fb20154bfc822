// Pseudo-likelihood couplings of heat-bath configurations with couplings of our own choice.

#include <cmath>
#include <gtest/gtest.h>

#include "blockspin/ising/coupling_fit.hpp"
#include "blockspin/rng/generator.hpp"
#include "support/world.hpp"

using namespace blockspin;

namespace {

constexpr std::uint64_t extent = 8, n_sites = 64, n_parts = 40, per_part = 25;
const lattice::Geometry geometry({extent, extent});
const rng::Generator generator(3, rng::StreamId::test, rng::instance_number("coupling_fit"));

std::size_t at(std::uint64_t y, std::uint64_t x) { return (y % extent) * extent + x % extent; }

/// The local field by its definition; y and x are offset by the extent to stay positive.
double local_field(const std::vector<float>& s, std::uint64_t y, std::uint64_t x, const ising::Couplings& k) {
  double near = 0, diagonal = 0, plaquette = 0;
  for (const int dy : {-1, 1}) {
    const auto yy = y + extent + static_cast<std::uint64_t>(dy);
    near += s[at(yy, x)] + s[at(y, x + extent + static_cast<std::uint64_t>(dy))];
    for (const int dx : {-1, 1}) {
      const auto xx = x + extent + static_cast<std::uint64_t>(dx);
      diagonal += s[at(yy, xx)];
      plaquette += s[at(yy, x)] * s[at(yy, xx)] * s[at(y, xx)];
    }
  }
  return k[0] * near + k[1] * diagonal + k[2] * plaquette;
}

/// Independent configurations: 150 heat-bath sweeps each from random spins; `pull`
/// couples to the magnetisation.
std::vector<ising::EnvironmentCounts> sampled_parts(const ising::Couplings& couplings, double pull = 0.0) {
  std::vector<ising::EnvironmentCounts> parts(n_parts);
  for (std::uint64_t i = 0; i < n_parts * per_part; ++i) {
    std::vector<float> spins(n_sites);
    for (std::size_t s = 0; s < n_sites; ++s) spins[s] = generator.uniform(i, s) < 0.5 ? -1.0F : 1.0F;
    for (std::uint64_t sweep = 1; sweep <= 150; ++sweep)
      for (std::uint64_t s = 0; s < n_sites; ++s) {
        double others = -spins[s];
        for (const float v : spins) others += pull == 0.0 ? 0.0 : v;
        const double h = local_field(spins, s / extent, s % extent, couplings) + pull * others;
        spins[s] = generator.uniform(i, sweep * n_sites + s) < 1 / (1 + std::exp(-2 * h)) ? 1.0F : -1.0F;
      }
    ising::count_environments(geometry, spins, parts[i / per_part]);
  }
  return parts;
}

struct Result {
  ising::CouplingFit fit;
  ising::Couplings error;
  double residual = 0, residual_error = 0; ///< a part; the error with the fit's own
  double plain_error = 0;                  ///< the same without
  double residual_pull() const { return residual / residual_error; }
};

double standard_error(const std::vector<double>& values) {
  double sum = 0, squares = 0;
  for (const double x : values) {
    sum += x;
    squares += x * x;
  }
  const auto n = static_cast<double>(values.size());
  return std::sqrt((squares / n - sum * sum / n / n) / (n - 1));
}

Result analyse(const std::vector<ising::EnvironmentCounts>& parts) {
  ising::EnvironmentCounts total;
  for (const auto& part : parts)
    for (std::size_t i = 0; i < total.sites.size(); ++i) {
      total.sites[i] += part.sites[i];
      total.magnetization[i] += part.magnetization[i];
    }
  Result result;
  result.fit = ising::fit_couplings(total);
  std::vector<ising::CouplingScore> scores;
  std::vector<double> residuals;
  for (const auto& part : parts) {
    scores.push_back(ising::score(part, result.fit, n_sites));
    residuals.push_back(scores.back().residual);
    result.residual += scores.back().residual / static_cast<double>(parts.size());
  }
  result.error = ising::coupling_errors(result.fit, scores);
  result.residual_error = standard_error(ising::residual_shares(result.fit, total, scores, n_sites));
  result.plain_error = standard_error(residuals);
  return result;
}

/// Worst deviation of the three couplings in standard errors.
double worst_pull(const Result& result, const ising::Couplings& truth) {
  double worst = 0;
  for (std::size_t k = 0; k < 3; ++k)
    worst = std::max(worst, std::abs(result.fit.coupling[k] - truth[k]) / result.error[k]);
  return worst;
}

} // namespace

TEST(CouplingFit, FindsTheCouplingsThatMadeTheData) {
  // 40 parts: a pull is Student's with 39 degrees of freedom, beyond 5.9 once in 1.4 10^6; three of them.
  const ising::Couplings truth = {0.3, 0.06, -0.03};
  const Result result = analyse(sampled_parts(truth));
  ASSERT_TRUE(result.fit.determined);
  EXPECT_LT(worst_pull(result, truth), 5.9);
  EXPECT_LT(result.error[0], 0.01);
  EXPECT_LT(std::abs(result.residual_pull()), 5.9);
  EXPECT_GT(worst_pull(result, {0.3, 0.0, -0.03}), 5.9); // a missing coupling is seen
}

TEST(CouplingFit, AMeanFieldStateIsNoIsingStateAndItShows) {
  // Every spin is pulled along the magnetisation: no lattice coupling makes such states.
  const Result result = analyse(sampled_parts({0.0, 0.0, 0.0}, 1.1 / n_sites));
  ASSERT_TRUE(result.fit.determined);
  EXPECT_GT(result.residual_pull(), 5.9);
}

// Leaving out one part after the other, with a fit of its own each time, is the oracle.
TEST(CouplingFit, TheResidualsErrorHoldsTheFitsOwn) {
  const auto parts = sampled_parts({0.3, 0.06, -0.03});
  const Result all = analyse(parts);
  std::vector<double> without;
  for (std::size_t left_out = 0; left_out < parts.size(); ++left_out) {
    auto rest = parts;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(left_out));
    without.push_back(analyse(rest).residual);
  }
  const double jackknife = standard_error(without) * static_cast<double>(parts.size() - 1);
  EXPECT_NEAR(all.residual_error / jackknife, 1.0, 0.05);
  EXPECT_GT(std::abs(all.plain_error / jackknife - 1.0), 0.05); // without it the error is another
}

TEST(CouplingFit, AlignedSpinsDetermineNothing) {
  ising::EnvironmentCounts counts;
  ising::count_environments(geometry, std::vector<float>(n_sites, 1.0F), counts);
  EXPECT_FALSE(ising::fit_couplings(counts).determined);
}

TEST(CouplingFit, CountsEverySiteOnce) {
  std::vector<float> spins(n_sites, 1.0F);
  spins[9] = -1.0F;
  ising::EnvironmentCounts counts;
  ising::count_environments(geometry, spins, counts);
  std::int64_t sites = 0, magnetization = 0;
  for (std::size_t i = 0; i < counts.sites.size(); ++i) {
    sites += counts.sites[i];
    magnetization += counts.magnetization[i];
  }
  EXPECT_EQ(sites, 64);
  EXPECT_EQ(magnetization, 64 * 62);
  // The flipped spin alone is down; all its neighbours are up: sums 4, 4, 4.
  EXPECT_EQ(counts.sites[2 * 124], 1);
}
