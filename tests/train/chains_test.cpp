// Persistent chains, with and without replicas, against enumeration.

#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/rbm/enumeration.hpp"
#include "blockspin/train/chains.hpp"
#include "rbm/small_machine.hpp"
#include "support/memory_state.hpp"
#include "support/world.hpp"

using namespace blockspin;
using namespace blockspin::train;

namespace {

Settings chains_of(Algorithm algorithm, rbm::Units units) {
  Settings settings;
  settings.algorithm = algorithm;
  settings.units = units;
  settings.n_hidden = 3;
  settings.batch = 8000;
  settings.tempering_replicas = 3;
  settings.tempering_beta = 0.2;
  settings.seed = 9;
  return settings;
}

/// Exchanges the states of two replicas of every chain, whatever their weights: a
/// swap that is always accepted.
void swap_blindly(Chains& chains) {
  MemorySink sink(test_world());
  chains.save(sink);
  SavedState state = sink.state();
  std::swap(state.at("chains.0"), state.at("chains.1"));
  MemorySource source(state);
  chains.load(source);
}

/// Distance of the chains' states at beta 1 from the enumerated distribution: (chi^2 - k) / sqrt(2 k), k
/// degrees of freedom. The last thing the chains did was to exchange.
double chi_squared_excess(Algorithm algorithm, rbm::Units units, bool blind_swaps,
                          std::uint64_t n_updates = 50) {
  const Settings settings = chains_of(algorithm, units);
  const rbm::Machine machine = rbm::random_machine(units, 4, settings.n_hidden, 21, 1.0);
  const rbm::GibbsSampler sampler(machine);
  Chains chains(test_world(), settings, 4);
  for (std::uint64_t update = 0; update < n_updates; ++update)
    chains.advance(sampler, update, settings.batch);
  if (blind_swaps) swap_blindly(chains);
  const auto p = rbm::visible_distribution(machine);
  std::vector<double> count(p.size());
  for (std::size_t c = 0; c < chains.n_local(settings.batch); ++c) {
    std::size_t state = 0;
    for (std::size_t i = 0; i < 4; ++i)
      state |= static_cast<std::size_t>(chains.visible().row(c)[i] > 0) << i;
    ++count[state];
  }
  test_world().sum(std::span<double>(count));
  double chi2 = 0.0;
  for (std::size_t s = 0; s < p.size(); ++s) {
    const double mean = p[s] * static_cast<double>(settings.batch);
    chi2 += (count[s] - mean) * (count[s] - mean) / mean;
  }
  const auto freedom = static_cast<double>(p.size() - 1);
  return (chi2 - freedom) / std::sqrt(2.0 * freedom);
}

} // namespace

// Four chi^2 of 15 degrees of freedom beyond k + 8 sqrt(2 k) = 59: 4 * 4e-7 = 2e-6 would be too often; beyond
// 10 sqrt(2 k), 70: 2e-8.
TEST(Chains, KeepTheMachinesDistribution) {
  for (const auto units : {rbm::Units::spin, rbm::Units::binary})
    for (const auto algorithm : {Algorithm::pcd, Algorithm::pt})
      EXPECT_LT(chi_squared_excess(algorithm, units, false), 10.0);
}

// The twin: one round of swaps that are accepted whatever the weights.
TEST(Chains, ThatSwapBlindlyAreCaught) {
  EXPECT_GT(chi_squared_excess(Algorithm::pt, rbm::Units::spin, true), 10.0);
  EXPECT_GT(chi_squared_excess(Algorithm::pt, rbm::Units::binary, true), 10.0);
}

// Another twin: chains that have not run have not converged.
TEST(Chains, ThatHaveNotRunAreSeen) {
  EXPECT_GT(chi_squared_excess(Algorithm::pcd, rbm::Units::spin, false, 0), 10.0);
}
