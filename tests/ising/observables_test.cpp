#include "blockspin/ising/observables.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "blockspin/base/error.hpp"
#include "blockspin/ising/exact/enumeration.hpp"
#include "blockspin/ising/time_series.hpp"
#include "blockspin/rng/generator.hpp"
#include "blockspin/stats/hypothesis.hpp"

namespace blockspin::ising {
namespace {

constexpr double temperature = 2.4;
const std::vector<std::uint64_t> extents{4, 4};

double exact_value(Observable o, const exact::ExactObservables& x) {
  switch (o) {
  case Observable::energy: return x.energy;
  case Observable::specific_heat: return x.specific_heat;
  case Observable::magnetization: return x.magnetization;
  case Observable::abs_magnetization: return x.abs_magnetization;
  case Observable::magnetization_squared: return x.magnetization_squared;
  case Observable::susceptibility: return x.susceptibility;
  case Observable::susceptibility_high_t: return x.susceptibility_high_t;
  case Observable::binder_cumulant: return x.binder_cumulant;
  case Observable::susceptibility_connected: return x.susceptibility_connected;
  }
  return NAN;
}

/// Samples of the exact ensemble; each is kept with probability `stay`, which makes
/// tau (1 + stay)/(1 - stay)/2.
struct Samples {
  std::vector<std::vector<std::int64_t>> energy, magnetization;
  std::vector<std::span<const std::int64_t>> e, m;
};

Samples draw(const exact::Enumeration& all, double t, double field, double stay, std::uint64_t number,
             std::size_t n_chains, std::size_t length) {
  const rng::Generator g(51, rng::StreamId::test, number);
  std::map<double, std::size_t> cumulative;
  double sum = 0;
  const std::vector<double> p = all.probability(t, field);
  for (std::size_t i = 0; i < p.size(); ++i) cumulative[sum += p[i]] = i;
  Samples s;
  for (std::size_t c = 0; c < n_chains; ++c) {
    s.energy.emplace_back();
    s.magnetization.emplace_back();
    std::size_t state = 0;
    for (std::size_t i = 0; i < length; ++i) {
      if (i == 0 || g.uniform(2 * c, i) >= stay) {
        auto it = cumulative.upper_bound(g.uniform(2 * c + 1, i));
        state = it == cumulative.end() ? cumulative.rbegin()->second : it->second;
      }
      s.energy.back().push_back(all.classes()[state].energy);
      s.magnetization.back().push_back(all.classes()[state].magnetization);
    }
  }
  for (std::size_t c = 0; c < n_chains; ++c) {
    s.e.emplace_back(s.energy[c]);
    s.m.emplace_back(s.magnetization[c]);
  }
  return s;
}

/// p-value of pulls of one observable over many independent runs, the error bars scaled by `inflation`.
double p_of_pulls(Observable o, double field, double inflation) {
  const exact::Enumeration all(extents);
  const double expected = exact_value(o, all.observables(temperature, field));
  std::vector<double> pulls;
  for (std::uint64_t run = 0; run < 100; ++run) {
    const Samples s = draw(all, temperature, field, 0.6, run, 4, 3000);
    const auto estimate = measure({16, temperature, field}, s.e, s.m)[o];
    pulls.push_back((estimate.mean - expected) / (inflation * estimate.error));
  }
  return stats::normal_pulls(pulls).p_value;
}

} // namespace

// Sixteen looks, each with a chance below 1e-8 of a false alarm; error bars scatter
// by 3 %, which costs little.
TEST(Observables, MatchTheExactEnsembleWithinTheirErrors) {
  for (const double field : {0.0, 0.15})
    for (const Observable o : all_observables) {
      const double p = p_of_pulls(o, field, 1);
      EXPECT_GT(p, 1e-8) << name(o);
      EXPECT_LT(p, 1 - 1e-8) << name(o) << ": error bars too large";
    }
}

TEST(Observables, TheTestSeesErrorBarsWithoutAutocorrelation) {
  EXPECT_LT(p_of_pulls(Observable::binder_cumulant, 0, 0.5),
            1e-8); // tau is 2, so naive bars are half as long
  EXPECT_GT(p_of_pulls(Observable::specific_heat, 0, 2), 1 - 1e-8);
}

TEST(Observables, TauIsInSweeps) {
  const exact::Enumeration all(extents);
  const Samples s = draw(all, temperature, 0, 0.6, 1, 4, 20000);
  const auto at_one = measure({16, temperature, 0}, s.e, s.m)[Observable::energy];
  EXPECT_NEAR(at_one.tau, 2, 5 * at_one.tau_error + 0.05);
}

TEST(Observables, AtZeroTemperatureResponsesVanish) {
  const std::vector<std::int64_t> e(10, -32), m{16, -16, 16, 16, -16, -16, 16, -16, 16, 16};
  const std::span<const std::int64_t> es[] = {e}, ms[] = {m};
  const Observables x = measure({16, 0, 0}, es, ms);
  EXPECT_EQ(x[Observable::specific_heat].mean, 0);
  EXPECT_EQ(x[Observable::susceptibility].mean, 0);
  EXPECT_EQ(x[Observable::energy].mean, -2);
  EXPECT_EQ(x[Observable::energy].error, 0);
  EXPECT_EQ(x[Observable::abs_magnetization].mean, 1);
  EXPECT_NEAR(x[Observable::binder_cumulant].mean, 2.0 / 3, 1e-15);
}

// 10 samples of the ground state: three turned spins' worth, and where half the samples may have the other
// sign, as without a field, a turn of the lattice for m.
TEST(Observables, ErrorsOfWhatDidNotVaryAreBounds) {
  const std::vector<std::int64_t> e(10, -32), m(10, 16);
  const std::span<const std::int64_t> es[] = {e}, ms[] = {m};
  const Observables x = measure({16, 0.5, 0, 4}, es, ms);
  EXPECT_TRUE(x[Observable::energy].is_bound);
  EXPECT_DOUBLE_EQ(x[Observable::energy].error, 3 * 8.0 / 16 / 10);
  EXPECT_DOUBLE_EQ(x[Observable::abs_magnetization].error, 3 * 2.0 / 16 / 10);
  EXPECT_DOUBLE_EQ(x[Observable::specific_heat].error, 3 * 64.0 / (16 * 0.25) / 10);
  EXPECT_DOUBLE_EQ(x[Observable::susceptibility].error, 3 * 4.0 / (16 * 0.5) / 10);
  EXPECT_DOUBLE_EQ(x[Observable::magnetization].error, 2.0 / 10);
  for (const Observable o : all_observables) EXPECT_GT(x[o].error, 0) << name(o);
  // In a field that expects a thousandth of a turn.
  const double field = 0.5 / 32 * std::log(1e4 - 1);
  const Observables in_field = measure({16, 0.5, field, 4}, es, ms);
  EXPECT_NEAR(in_field[Observable::magnetization].error, std::max(3 * 2.0 / 16, 2 * std::sqrt(1e-3)) / 10,
              1e-9);
}

TEST(Observables, TheBinderCumulantOfNoMagnetisationIsUndefined) {
  const std::vector<std::int64_t> e{-8, 0, -8, 8}, m(4, 0);
  const std::span<const std::int64_t> es[] = {e}, ms[] = {m};
  const Observables x = measure({16, 2, 0}, es, ms);
  EXPECT_TRUE(std::isnan(x[Observable::binder_cumulant].mean));
  EXPECT_TRUE(std::isnan(x[Observable::binder_cumulant].error));
  EXPECT_EQ(x[Observable::abs_magnetization].mean, 0);
  EXPECT_EQ(x[Observable::susceptibility].mean, 0);
  EXPECT_NEAR(x[Observable::energy].mean, -2.0 / 16, 1e-15);
}

// Values in turn of as many chains are the chains themselves; what is left over counts in the means.
TEST(Observables, InTurnAreThoseOfTheChains) {
  const exact::Enumeration all(extents);
  const Samples s = draw(all, temperature, 0, 0.6, 2, 4, 500);
  std::vector<std::int64_t> energy, magnetization;
  for (std::size_t i = 0; i < 4 * 500; ++i) {
    energy.push_back(s.e[i % 4][i / 4]);
    magnetization.push_back(s.m[i % 4][i / 4]);
  }
  const Observables chains = measure({16, temperature, 0}, s.e, s.m);
  const Observables whole = measure_in_turn({16, temperature, 0}, energy, magnetization, 4);
  for (const Observable o : all_observables) {
    EXPECT_EQ(whole[o].mean, chains[o].mean) << name(o);
    EXPECT_EQ(whole[o].error, chains[o].error) << name(o);
  }
  energy.insert(energy.end(), {-32, -32, -32}); // ordered
  magnetization.insert(magnetization.end(), {16, 16, 16});
  const Observables more = measure_in_turn({16, temperature, 0}, energy, magnetization, 4);
  EXPECT_NEAR(more[Observable::energy].mean, (2000 * chains[Observable::energy].mean - 3 * 2.0) / 2003,
              1e-12);
  EXPECT_NEAR(more[Observable::energy].error / chains[Observable::energy].error, std::sqrt(2000.0 / 2003),
              1e-3);
}

// A temperature that is not known leaves what it does not enter.
TEST(Observables, AtNoTemperatureResponsesAreNotKnown) {
  const std::vector<std::int64_t> e{-32, -24, -32, -20, -32, -24}, m{16, 14, -16, 12, 16, 14};
  const Observables x = measure_in_turn({16, std::nan(""), 0}, e, m, 1);
  for (const Observable o : {Observable::specific_heat, Observable::susceptibility,
                             Observable::susceptibility_high_t, Observable::susceptibility_connected})
    EXPECT_TRUE(std::isnan(x[o].mean) && std::isnan(x[o].error)) << name(o);
  for (const Observable o : {Observable::energy, Observable::abs_magnetization, Observable::binder_cumulant})
    EXPECT_TRUE(std::isfinite(x[o].mean) && x[o].error > 0) << name(o);
}

TEST(Observables, RefuseEmptySeries) {
  const std::vector<std::int64_t> none;
  const std::span<const std::int64_t> empty[] = {none};
  EXPECT_THROW(measure({16, 1, 0}, empty, empty), Error);
}

} // namespace blockspin::ising
