// Gibbs half steps: means against double precision, chains against enumeration, independence of blocks.

#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/rbm/enumeration.hpp"
#include "blockspin/rbm/sampling.hpp"
#include "rbm/small_machine.hpp"

using namespace blockspin;
using namespace blockspin::rbm;

namespace {

Draw draw_of(rng::StreamId, std::uint64_t instance, std::uint64_t sequence, std::uint64_t first = 0) {
  return {rng::Generator(99, rng::StreamId::test, instance), sequence, first};
}

/// chi^2 per degree of freedom and its distance from 1 in standard deviations, of visible states after
/// `n_steps` Gibbs steps of n_chains chains from the state with every unit on.
double chi_squared_excess(const Machine& sampled, const Machine& expected, std::size_t n_chains,
                          int n_steps) {
  const GibbsSampler sampler(sampled);
  Array<float, 2> v({n_chains, sampled.n_visible()}), h({n_chains, sampled.n_hidden()});
  for (float& x : v.flat()) x = 1.0F;
  for (int step = 0; step < n_steps; ++step) {
    const auto sequence = static_cast<std::uint64_t>(step);
    sampler.to_hidden(v.view(), h.view(), Rule::sampled, draw_of(rng::StreamId::test, 1, sequence));
    sampler.to_visible(h.view(), v.view(), Rule::sampled, draw_of(rng::StreamId::test, 2, sequence));
  }
  const std::vector<double> p = visible_distribution(expected);
  std::vector<double> count(p.size());
  for (std::size_t chain = 0; chain < n_chains; ++chain) {
    std::size_t state = 0;
    for (std::size_t i = 0; i < v.extent(1); ++i) state |= static_cast<std::size_t>(v(chain, i) > 0) << i;
    ++count[state];
  }
  double chi2 = 0.0;
  for (std::size_t s = 0; s < p.size(); ++s) {
    const double mean = p[s] * static_cast<double>(n_chains);
    chi2 += (count[s] - mean) * (count[s] - mean) / mean;
  }
  const double freedom = static_cast<double>(p.size() - 1);
  return (chi2 - freedom) / std::sqrt(2.0 * freedom);
}

} // namespace

TEST(HalfStep, MeansAreThoseOfDoublePrecision) {
  for (const Units units : {Units::spin, Units::binary}) {
    const Machine machine = random_machine(units, 50, 37, 1, 0.4);
    const GibbsSampler sampler(machine);
    Array<float, 2> v({3, 50}), h({3, 37});
    for (std::size_t s = 0; s < 3; ++s) set_state(0x123456789abcdef * (s + 1), units, v.row(s));
    sampler.to_hidden(v.view(), h.view(), Rule::mean, draw_of(rng::StreamId::test, 1, 0), 0.8F);
    std::vector<double> fields(37);
    for (std::size_t s = 0; s < 3; ++s) {
      hidden_fields(machine, v.row(s), fields);
      for (std::size_t j = 0; j < 37; ++j) EXPECT_NEAR(h(s, j), mean_value(units, 0.8F * fields[j]), 2e-6);
    }
  }
}

TEST(HalfStep, ActivationIsAccurateOverTheWholeRange) {
  for (const Units units : {Units::spin, Units::binary}) {
    Array<float, 2> fields({1, 2001}), means({1, 2001});
    for (std::size_t i = 0; i < 2001; ++i) fields(0, i) = static_cast<float>(i) * 0.1F - 100.0F;
    activate(units, draw_of(rng::StreamId::test, 1, 0), 1.0F, 0, fields.view(), means.data(), nullptr);
    for (std::size_t i = 0; i < 2001; ++i) EXPECT_NEAR(means(0, i), mean_value(units, fields(0, i)), 3e-7);
    activate(units, draw_of(rng::StreamId::test, 1, 0), 1.0F, 15, fields.view(), means.data(), nullptr);
    for (std::size_t i = 0; i < 2001; ++i) {
      EXPECT_EQ(means(0, i) * 32768.0F, std::nearbyint(means(0, i) * 32768.0F));
      EXPECT_NEAR(means(0, i), mean_value(units, fields(0, i)), 0.5 / 32768 + 3e-7);
    }
  }
}

TEST(HalfStep, RoundedTakesTheLikelierValue) {
  Array<float, 2> fields({1, 3});
  fields(0, 0) = -0.1F, fields(0, 1) = 0.0F, fields(0, 2) = 2.0F;
  apply_rule(Units::binary, Rule::rounded, draw_of(rng::StreamId::test, 1, 0), 1.0F, fields.view());
  EXPECT_EQ(fields(0, 0), 0.0F);
  EXPECT_EQ(fields(0, 1), 1.0F);
  EXPECT_EQ(fields(0, 2), 1.0F);
}

TEST(HalfStep, OfASampleDoesNotDependOnTheBlockItIsIn) {
  const Machine machine = random_machine(Units::spin, 70, 41, 2, 0.2);
  const GibbsSampler sampler(machine);
  Array<float, 2> v({23, 70}), whole({23, 41});
  for (std::size_t s = 0; s < 23; ++s) set_state(0xfedcba987654321 * (s + 1), Units::spin, v.row(s));
  sampler.to_hidden(v.view(), whole.view(), Rule::sampled, draw_of(rng::StreamId::test, 3, 5));
  for (std::size_t s = 0; s < 23; ++s) {
    Array<float, 2> one({1, 41});
    sampler.to_hidden({v.row(s).data(), {1, 70}}, one.view(), Rule::sampled,
                      draw_of(rng::StreamId::test, 3, 5, s));
    ASSERT_TRUE(std::ranges::equal(one.row(0), whole.row(s)));
  }
}

// The log weights of two temperatures, unit by unit; fields up to hundreds, more units than are multiplied
// before a logarithm is taken.
TEST(LogWeight, ChangesAsTheSumOverHiddenUnitsDoes) {
  for (const Units units : {Units::spin, Units::binary}) {
    const Machine machine = random_machine(units, 70, 1100, 12);
    std::vector<float> visible(70), fields(1100);
    set_state(0xfedcba987654321, units, visible);
    for (std::size_t j = 0; j < fields.size(); ++j)
      fields[j] = machine.hidden_bias[j] * (j % 5 == 0 ? 200.0F : 1.0F);
    const auto log_weight = [&](double beta) {
      double sum = 0.0;
      for (std::size_t i = 0; i < visible.size(); ++i)
        sum += beta * static_cast<double>(machine.visible_bias[i]) * visible[i];
      for (const float x : fields) sum += ln_partition(units, beta * x);
      return sum;
    };
    const GibbsSampler sampler(machine);
    for (const auto& [from, to] : {std::pair{1.0, 0.7}, {0.0, 1.0}, {0.3, 0.31}})
      EXPECT_NEAR(sampler.log_weight_change(visible, fields, from, to), log_weight(to) - log_weight(from),
                  1e-12 * std::abs(log_weight(1.0)));
  }
}

// False-alarm probability of |excess| > 8 standard deviations at 15 degrees of freedom: below 1e-6.
TEST(GibbsChain, ConvergesToTheEnumeratedDistribution) {
  for (const Units units : {Units::spin, Units::binary}) {
    const Machine machine = random_machine(units, 4, 3, 8);
    EXPECT_LT(std::abs(chi_squared_excess(machine, machine, 40000, 60)), 8.0);
  }
}

// The twin: a slightly wrong machine (one weight off by 0.15) must be seen.
TEST(GibbsChain, OfAWrongMachineIsCaught) {
  const Machine machine = random_machine(Units::spin, 4, 3, 8);
  Machine wrong = machine;
  wrong.weights(1, 1) += 0.15F;
  EXPECT_GT(std::abs(chi_squared_excess(wrong, machine, 40000, 60)), 8.0);
}
