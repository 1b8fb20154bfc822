#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "../../src/rng/fill_kernels.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/rng/generator.hpp"
#include "random123.hpp"

using namespace blockspin;
using rng::Generator;
using rng::StreamId;

TEST(Generator, EveryInstructionSetEqualsRandom123) {
  if (!random123_has_ars()) GTEST_SKIP() << "Random123 has no ARS here";
  const Generator g(0x123456789ABCDEF0, StreamId::test, rng::instance_number("sample.main"));
  for (const auto set : rng::available_instruction_sets())
    for (const std::uint64_t sequence : {std::uint64_t{0}, std::uint64_t{77}, ~std::uint64_t{0}}) {
      std::vector<std::uint64_t> out(301);
      rng::fill_kernels[set].fill({g.key_low(), g.key_high()}, sequence, 5, out.data(), out.size());
      for (std::uint64_t i = 0; i < out.size(); ++i) {
        const auto block = random123_block(g.key_low(), g.key_high(), sequence, (5 + i) / 2);
        ASSERT_EQ(out[i], block[(5 + i) % 2]) << rng::name(set) << " word " << i;
      }
    }
}

TEST(Generator, AWordDoesNotDependOnHowItIsAskedFor) {
  const Generator g(42, StreamId::test, 1);
  std::vector<std::uint64_t> all(100);
  g.words(3, 0, all);
  for (std::uint64_t i = 0; i < all.size(); ++i) EXPECT_EQ(g.word(3, i), all[i]);
}

TEST(Generator, StreamsInstancesSeedsAndSequencesDiffer) {
  const Generator base(1, StreamId::test, 1);
  EXPECT_NE(base.word(0, 0), base.word(1, 0));
  EXPECT_NE(base.word(0, 0), Generator(2, StreamId::test, 1).word(0, 0));
  EXPECT_NE(base.word(0, 0), Generator(1, StreamId::bench, 1).word(0, 0));
  EXPECT_NE(base.word(0, 0), Generator(1, StreamId::test, 2).word(0, 0));
  EXPECT_NE(rng::instance_number("sample.main"), rng::instance_number("sample.other"));
  EXPECT_LT(rng::instance_number("sample.main"), std::uint64_t{1} << 48);
}

TEST(Generator, UniformsFollowTheirFormula) {
  const Generator g(9, StreamId::test, 0);
  std::vector<float> out(1001);
  g.uniforms(4, 6, out);
  for (std::uint64_t i = 0; i < out.size(); ++i) {
    const std::uint64_t word = g.word(4, (6 + i) / 2);
    const auto half = static_cast<std::uint32_t>((6 + i) % 2 == 0 ? word : word >> 32);
    ASSERT_EQ(out[i], (static_cast<float>(half >> 9) + 0.5F) * 0x1p-23F);
  }
  EXPECT_THROW(g.uniforms(4, 1, out), Error);
}

// Moments of 10^5 numbers within 6 standard errors: a false alarm in 10^8.
TEST(Generator, UniformNormalAndBelowHaveTheirMoments) {
  const Generator g(5, StreamId::test, 0);
  const std::uint64_t n = 100000;
  double uniform = 0, normal = 0, normal2 = 0, below = 0;
  for (std::uint64_t i = 0; i < n; ++i) {
    uniform += g.uniform(0, i);
    normal += g.normal(1, i);
    normal2 += g.normal(1, i) * g.normal(1, i);
    const std::uint64_t k = g.below(2, i, 7);
    ASSERT_LT(k, 7U);
    below += static_cast<double>(k);
  }
  const double root = std::sqrt(static_cast<double>(n));
  EXPECT_NEAR(uniform / n, 0.5, 6 * std::sqrt(1.0 / 12) / root);
  EXPECT_NEAR(normal / n, 0.0, 6 / root);
  EXPECT_NEAR(normal2 / n, 1.0, 6 * std::sqrt(2.0) / root);
  EXPECT_NEAR(below / n, 3.0, 6 * 2.0 / root);
}
