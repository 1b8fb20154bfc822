#include <cmath>
#include <utility>

#include <gtest/gtest.h>

#include "blockspin/replica/exchange_rule.hpp"
#include "blockspin/rng/generator.hpp"

using namespace blockspin;
using replica::ExchangeRule;
using replica::Reading;

namespace {

/// The acceptance probability, found by bisection of the random number.
double probability(const ExchangeRule& rule, std::size_t pair, const Reading& lower, const Reading& upper) {
  if (rule.accepts(pair, lower, upper, ~std::uint64_t{0})) return 1.0;
  std::uint64_t threshold = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 63; bit != 0; bit >>= 1)
    if (rule.accepts(pair, lower, upper, threshold | (bit - 1))) threshold |= bit;
  return std::ldexp(static_cast<double>(threshold), -64);
}

double expected(double t0, double t1, double e0, double e1) {
  return std::min(1.0, std::exp((1 / t0 - 1 / t1) * (e0 - e1)));
}

} // namespace

TEST(ExchangeRule, AcceptsWithTheMetropolisProbability) {
  const lattice::Geometry g({4, 4});
  const std::vector<double> t = {1.5, 2.0, 2.6};
  for (const double field : {0.0, 0.3}) {
    const ExchangeRule rule(g, t, field);
    for (std::size_t pair = 0; pair < 2; ++pair)
      for (std::uint64_t a = 0; a <= 32; a += 4)
        for (std::uint64_t b = 0; b <= 32; b += 2) {
          const Reading lower{a, 3}, upper{b, 9};
          const auto energy = [&](const Reading& r) {
            return 2.0 * static_cast<double>(r.antiparallel) - 32 -
                   field * (2.0 * static_cast<double>(r.up) - 16);
          };
          EXPECT_NEAR(probability(rule, pair, lower, upper),
                      expected(t[pair], t[pair + 1], energy(lower), energy(upper)), 1e-12);
        }
  }
}

TEST(ExchangeRule, LargeLatticesGoBeyondTheTable) {
  const lattice::Geometry g({200, 200});
  const ExchangeRule rule(g, std::vector<double>{2.0, 2.0001}, 0.0);
  const Reading lower{1000, 0}, upper{7000, 0};
  EXPECT_NEAR(probability(rule, 0, lower, upper), expected(2.0, 2.0001, 2000, 14000), 1e-12);
}

TEST(ExchangeRule, SixtyFourAtOnceAreSixtyFourSingleDecisions) {
  const lattice::Geometry g({4, 4});
  const rng::Generator generator(1, rng::StreamId::test, 0);
  for (const double field : {0.0, 0.3}) {
    const ExchangeRule rule(g, std::vector<double>{1.5, 2.6}, field);
    for (std::uint64_t trial = 0; trial < 20; ++trial) {
      std::vector<Reading> lower(64), upper(64);
      std::uint64_t random[64];
      generator.words(trial, 1000, random);
      for (std::uint64_t b = 0; b < 64; ++b) {
        lower[b] = {generator.below(trial, b, 33), generator.below(trial, 100 + b, 17)};
        upper[b] = {generator.below(trial, 200 + b, 33), generator.below(trial, 300 + b, 17)};
      }
      const std::uint64_t mask = rule.accepted(0, std::span(std::as_const(lower)).first<64>(),
                                               std::span(std::as_const(upper)).first<64>(), random);
      for (std::size_t b = 0; b < 64; ++b)
        EXPECT_EQ((mask >> b & 1) != 0, rule.accepts(0, lower[b], upper[b], random[b]));
    }
  }
}

// Every difference of up to 300 bonds, with random numbers around every edge of a first byte.
TEST(ExchangeRule, TheFirstByteNeverContradictsTheRule) {
  const lattice::Geometry g({20, 20});
  const std::vector<double> t = {0.5, 0.51, 1.7, 2.269, 2.27, 9.0};
  const ExchangeRule rule(g, t, 0.0);
  std::uint64_t n_open = 0;
  for (std::size_t pair = 0; pair + 1 < t.size(); ++pair) {
    const replica::ByteThresholds thresholds = rule.byte_thresholds(pair);
    for (std::uint64_t n = 0; n <= 300; ++n)
      for (std::uint64_t byte = 0; byte < 256; ++byte) {
        const std::uint64_t at_most_255 = std::min<std::uint64_t>(n, 255);
        const auto accepts = [&](std::uint64_t random) { return rule.accepts(pair, {}, {n, 0}, random); };
        const std::uint64_t low = byte << 56, high = low | (~std::uint64_t{0} >> 8);
        if (at_most_255 <= thresholds.sure[byte])
          ASSERT_TRUE(accepts(low) && accepts(high)) << pair << " " << n << " " << byte;
        else if (at_most_255 > thresholds.perhaps[byte])
          ASSERT_TRUE(!accepts(low) && !accepts(high)) << pair << " " << n << " " << byte;
        else if (n < 255)
          ++n_open;
      }
  }
  EXPECT_LE(n_open, 5 * 255); // one byte of 256 is left to decide one by one, up to 254 bonds
}
