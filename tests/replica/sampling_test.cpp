#include <cmath>
#include <tuple>

#include <gtest/gtest.h>

#include "blockspin/base/error.hpp"
#include "blockspin/ising/exact/magnetization.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/replica/cluster_walker.hpp"
#include "blockspin/replica/lane_ladders.hpp"
#include "blockspin/replica/lattice_ladders.hpp"
#include "blockspin/replica/relaxation.hpp"
#include "blockspin/replica/sampling.hpp"
#include "replica/memory_state.hpp"
#include "support/memory_state.hpp"
#include "support/world.hpp"

using namespace blockspin;
using replica::LadderSetup;
using replica::LaneLadders;
using replica::Sampling;

namespace {

const std::vector<double> temperatures = {1.0, 2.0, 3.0};
/// Energy per site of the 10x10 torus at those temperatures (Kaufman 1949).
const std::vector<double> exact_energy = {-1.99716, -1.74543, -0.82564};

LadderSetup make_setup(double scale = 1.0) {
  LadderSetup setup{lattice::Geometry({10, 10}), 0.0, {}};
  for (const double t : temperatures) setup.temperatures.push_back(scale * t);
  setup.n_ladders = 64;
  setup.seed = 41;
  return setup;
}

/// Pulls of the measured energies, in standard errors (and the five digits of the exact values).
std::vector<double> pulls(double scale) {
  const LadderSetup setup = make_setup(scale);
  LaneLadders ensemble(test_world(), setup);
  Sampling sampling(test_world(), ensemble, setup, {64 * 50, {}, 20});
  while (!sampling.done()) sampling.advance();
  const auto observables = sampling.observables();
  std::vector<double> result;
  for (std::size_t t = 0; t < temperatures.size(); ++t) {
    const auto& energy = observables[t][ising::Observable::energy];
    result.push_back((energy.mean - exact_energy[t]) / std::hypot(energy.error, 3e-6));
  }
  return result;
}

std::vector<std::uint8_t> kept(const Sampling& sampling, std::uint64_t n) {
  return sampling.kept().collect(test_world(), 1, n).packed;
}

} // namespace

// A pull beyond 5.5 comes by chance once in 2.6e7.
TEST(Sampling, EnergiesOfTheTorusAreKaufmans) {
  for (const double pull : pulls(1.0)) EXPECT_LT(std::abs(pull), 5.5);
}

TEST(Sampling, TheTestSeesTemperaturesThatAreOff) {
  const auto found = pulls(1.02);
  EXPECT_GT(std::abs(found[1]), 5.5);
  EXPECT_GT(std::abs(found[2]), 5.5);
}

TEST(Sampling, ContinuesFromASavedStateAsIfNothingHadHappened) {
  const LadderSetup setup = make_setup();
  const replica::SamplingPlan plan{128, {}, {}};
  LaneLadders one(test_world(), setup), two(test_world(), setup), three(test_world(), setup);
  Sampling undisturbed(test_world(), one, setup, plan), first(test_world(), two, setup, plan),
      second(test_world(), three, setup, plan);
  while (!undisturbed.done()) undisturbed.advance();
  first.advance();
  MemoryState state;
  first.save(state);
  second.load(state);
  while (!second.done()) second.advance();
  EXPECT_EQ(kept(second, 128), kept(undisturbed, 128));
  EXPECT_EQ(second.interval(), undisturbed.interval());
  EXPECT_EQ(second.equilibration(), undisturbed.equilibration());
}

// However long the equilibration that is asked for: tau is 2 to 4 sweeps here, and the scatter of 64 ladders
// over a thousand sweeps knows it to a fifth.
TEST(Sampling, TauIsThatOfTheLastSweeps) {
  const LadderSetup setup = make_setup();
  const auto sampled = [&](const replica::SamplingPlan& plan) {
    LaneLadders ensemble(test_world(), setup);
    Sampling sampling(test_world(), ensemble, setup, plan);
    while (!sampling.done()) sampling.advance();
    return std::tuple{sampling.equilibration(), sampling.interval(), sampling.longest_tau()};
  };
  for (const std::uint64_t given : {200, 1023, 1024, 20000}) {
    const auto [equilibration, interval, tau] = sampled({64, given, {}});
    EXPECT_EQ(equilibration, given);
    EXPECT_EQ(interval, std::ceil(2 * tau));
    EXPECT_GT(tau, 1) << given;
    EXPECT_LT(tau, 8) << given;
  }
  EXPECT_EQ(sampled({64, 20000, 3}), std::tuple(20000U, 3U, 0.5)); // nothing to be found
  EXPECT_GE(std::get<0>(sampled({64, 10, {}})), 64U);              // too short to tell
}

// One lattice, whose spins are correlated over 22 sites: 20 * 21.5^2.17 sweeps are the least.
TEST(Sampling, FewLaddersRunAsLongAsTheirSpinsAreCorrelated) {
  LadderSetup setup{lattice::Geometry({256, 256}), 0.0, {2.33}};
  EXPECT_NEAR(static_cast<double>(replica::least_trial(setup)), 15600, 300);
  EXPECT_NEAR(replica::longest_correlation(setup).sites, 21.5, 0.1);
  setup.n_ladders = 16;
  EXPECT_EQ(replica::least_trial(setup), 0U);

  const LadderSetup one = [] {
    LadderSetup s = make_setup();
    s.n_ladders = 1;
    return s;
  }();
  replica::SamplingPlan plan{10, {}, {}};
  const auto equilibration = [&] {
    LaneLadders ensemble(test_world(), one);
    Sampling sampling(test_world(), ensemble, one, plan);
    while (!sampling.done()) sampling.advance();
    return sampling.equilibration();
  };
  EXPECT_LT(equilibration(), 4096U); // what the time series would have been content with
  plan.least_trial = 5000;
  EXPECT_GE(equilibration(), 5000U);
  plan.longest_equilibration = 4096;
  EXPECT_THROW(equilibration(), Error);
}

namespace {

using ising::Observable;

/// Everything measured, as bits that can be compared.
std::vector<double> numbers_of(const Sampling& sampling) {
  std::vector<double> numbers;
  for (const auto& observables : sampling.observables())
    for (const stats::MeanEstimate& e : observables.values)
      for (const double number : {e.mean, e.error, e.tau}) numbers.push_back(number);
  return numbers;
}

/// Runs to the end, and on from there with a longer plan.
struct Grown {
  std::vector<double> numbers;
  std::uint64_t samples_in_bin, sweeps;
  std::vector<std::uint8_t> kept;
};
Grown run_through(const std::vector<replica::SamplingPlan>& plans) {
  const LadderSetup setup = make_setup();
  SavedState state;
  for (std::size_t i = 0;; ++i) {
    LaneLadders ensemble(test_world(), setup);
    Sampling sampling(test_world(), ensemble, setup, plans[i]);
    MemorySource source(state);
    if (i > 0) sampling.load(source);
    while (!sampling.done()) sampling.advance();
    if (i + 1 == plans.size())
      return {numbers_of(sampling), sampling.samples_in_bin(), sampling.sweeps(), kept(sampling, 64)};
    MemorySink sink(test_world());
    sampling.save(sink);
    state = sink.state();
  }
}

} // namespace

// 64 ladders: 2^19 samples of a temperature are 8192 sweeps. Grown from below and from above that, and fresh.
TEST(Sampling, GrownRunsRecordWhatFreshOnesDo) {
  const auto plan = [](std::uint64_t n) { return replica::SamplingPlan{64 * n, 100, 500}; };
  const Grown fresh = run_through({plan(40)});
  EXPECT_EQ(fresh.samples_in_bin, 32U);
  EXPECT_EQ(fresh.sweeps, 20000U);
  for (const std::uint64_t first : {3, 20, 39}) {
    const Grown grown = run_through({plan(first), plan(40)});
    EXPECT_EQ(grown.numbers, fresh.numbers) << first;
    EXPECT_EQ(grown.samples_in_bin, fresh.samples_in_bin) << first;
    EXPECT_EQ(grown.kept, fresh.kept) << first;
  }
  EXPECT_NE(run_through({plan(39)}).numbers, fresh.numbers); // the comparison can tell
}

namespace {

/// Energy per site at each temperature, from every sweep of a run as `plan` says.
std::vector<double> mean_energies(const replica::SamplingPlan& plan, std::uint64_t n_sweeps) {
  const LadderSetup setup = make_setup();
  LaneLadders ensemble(test_world(), setup);
  for (std::uint64_t i = 0; i < *plan.equilibration; ++i) ensemble.sweep();
  std::vector<std::int64_t> sums(temperatures.size());
  const std::uint64_t first = ensemble.local_series().first;
  for (std::uint64_t i = 0; i < n_sweeps; ++i) {
    ensemble.sweep();
    const auto readings = ensemble.readings();
    for (std::size_t row = 0; row < readings.size(); ++row)
      sums[ensemble.temperature_of(first + row)] +=
          2 * static_cast<std::int64_t>(readings[row].antiparallel) - 200;
  }
  test_world().sum(std::span(sums));
  std::vector<double> means;
  for (const std::int64_t sum : sums)
    means.push_back(static_cast<double>(static_cast<long double>(sum) /
                                        static_cast<long double>(64 * n_sweeps) / 100.0L));
  return means;
}

} // namespace

// 64 ladders: from 8192 sweeps on samples go to bins. Errors of 16 times as many sweeps are a quarter, and
// tau is the same: errors are known to 1 %, tau to 2 % (but for T = 1, where excitations are rare), so that
// either look fails by chance less than once in 1e9.
TEST(Sampling, LongRunsMeasureEverySweep) {
  const auto plan = [](std::uint64_t n) { return replica::SamplingPlan{64, 100, n}; };
  const auto measured = [&](std::uint64_t n) {
    const LadderSetup setup = make_setup();
    LaneLadders ensemble(test_world(), setup);
    Sampling sampling(test_world(), ensemble, setup, plan(n));
    while (!sampling.done()) sampling.advance();
    EXPECT_EQ(sampling.sweeps(), n);
    return sampling.observables();
  };
  const auto usual = measured(8000), longer = measured(16 * 8000 + 5);
  const std::vector<double> means = mean_energies(plan(1), 16 * 8000 + 5);
  for (std::size_t t = 0; t < temperatures.size(); ++t) {
    EXPECT_DOUBLE_EQ(longer[t][Observable::energy].mean, means[t]);
    for (const Observable o :
         {Observable::energy, Observable::abs_magnetization, Observable::binder_cumulant}) {
      EXPECT_NEAR(longer[t][o].error / usual[t][o].error, 0.25, 0.03) << t << name(o);
      if (t > 0) {
        EXPECT_NEAR(longer[t][o].tau / usual[t][o].tau, 1, 0.15) << t << name(o);
      }
    }
  }
}

TEST(Sampling, GoesOnUntilItsErrorsAreSmallEnough) {
  const double wanted = 1e-3;
  const auto plan = [&](std::uint64_t most) {
    replica::SamplingPlan p{64, 100, 20};
    p.targets = {{Observable::energy, wanted}, {Observable::abs_magnetization, 5 * wanted}};
    p.max_sweeps = most;
    return p;
  };
  const LadderSetup setup = make_setup();
  const auto judged = [&](std::uint64_t most) {
    LaneLadders ensemble(test_world(), setup);
    Sampling sampling(test_world(), ensemble, setup, plan(most));
    while (!sampling.done()) sampling.advance();
    const auto reports = sampling.judge(sampling.observables());
    return std::pair{sampling.sweeps(), reports};
  };
  const auto [sweeps, met] = judged(1000000);
  EXPECT_GT(sweeps, 20U);
  EXPECT_LT(sweeps, 1000000U);
  for (const auto& report : met) {
    EXPECT_TRUE(report.met);
    EXPECT_LE(report.worst_error, report.target.error);
  }
  // Shortly before, the target was not met: the limit ends the run there, and says so.
  const std::uint64_t before = sweeps / 2;
  const auto [limited, unmet] = judged(before);
  EXPECT_EQ(limited, before);
  EXPECT_FALSE(unmet[0].met && unmet[1].met);
  EXPECT_GT(unmet[0].worst_error, wanted);
  // A run whose limit is raised ends as one that had the higher limit from the start.
  const Grown fresh = run_through({plan(1000000)}), raised = run_through({plan(before), plan(1000000)});
  EXPECT_EQ(raised.numbers, fresh.numbers);
  EXPECT_EQ(raised.sweeps, fresh.sweeps);
}

namespace {

/// Worst pull of Binder cumulant, both susceptibilities and <|m|> of one lattice at T_c, measured at a
/// temperature `scale` times as high.
double worst_pull(std::uint64_t side, bool clusters, double scale) {
  const double critical = ising::exact::critical_temperature;
  LadderSetup setup{lattice::Geometry({side, side}), 0.0, {scale * critical, scale * 2.6}};
  setup.n_ladders = clusters ? 4 : 64;
  setup.seed = 43;
  std::unique_ptr<replica::Ensemble> ensemble;
  if (clusters)
    ensemble = std::make_unique<replica::LatticeLadders>(
        test_world(), setup, replica::plan_ranks(setup.geometry, 8, test_world().size(), {}),
        replica::cluster_walkers(setup, replica::ClusterUpdate::swendsen_wang));
  else
    ensemble = std::make_unique<LaneLadders>(test_world(), setup);
  const std::uint64_t sweeps = clusters ? 8000 : 4000;
  Sampling sampling(test_world(), *ensemble, setup, {setup.n_ladders * sweeps / 20, 500, 20});
  while (!sampling.done()) sampling.advance();
  const auto measured = sampling.observables()[0];
  const auto exact = ising::exact::magnetization_distribution(side, side, critical);
  const double n = static_cast<double>(side * side), m2 = exact.moment(2), abs_m = exact.abs_moment();
  double worst = 0;
  for (const auto& [observable, value] : {std::pair{Observable::binder_cumulant, exact.binder_cumulant()},
                                          {Observable::susceptibility, n * (m2 - abs_m * abs_m) / critical},
                                          {Observable::susceptibility_high_t, n * m2 / critical},
                                          {Observable::abs_magnetization, abs_m}})
    worst = std::max(worst, std::abs(measured[observable].mean - value) / measured[observable].error);
  return worst;
}

} // namespace

// Sixteen pulls; one beyond 5.7 comes by chance once in 5e6.
TEST(Sampling, MagnetisationsAreThoseOfTheExactDistribution) {
  for (const std::uint64_t side : {8, 10})
    for (const bool clusters : {false, true}) EXPECT_LT(worst_pull(side, clusters, 1.0), 5.7) << side;
}

TEST(Sampling, TheTestSeesAnotherTemperaturesMagnetisation) {
  for (const bool clusters : {false, true}) EXPECT_GT(worst_pull(10, clusters, 1.02), 5.7);
}
