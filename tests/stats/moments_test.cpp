#include "blockspin/stats/moments.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace blockspin::stats {

TEST(MomentSums, AreExactAndMergeInAnyOrder) {
  MomentSums whole, left, right;
  for (std::int64_t i = -50; i < 50; ++i) {
    const std::int64_t e = -3 * i * i, m = 7 * i;
    whole.add(e, m);
    (i % 3 == 0 ? left : right).add(e, m);
  }
  MomentSums a = left, b = right;
  a.merge(right);
  b.merge(left);
  EXPECT_EQ(a, whole);
  EXPECT_EQ(b, whole);
  EXPECT_EQ(whole.n, 100u);
  EXPECT_EQ(static_cast<std::int64_t>(whole.magnetization), -350);
  EXPECT_EQ(static_cast<std::int64_t>(whole.abs_magnetization), 7 * 2500);
}

TEST(MomentSums, OfManySamplesAreThoseOfEach) {
  for (const int bits : {3, 13, 14, 20, 28, 32}) { // small enough for sums in 64 bits, and not
    std::vector<std::int64_t> e, m;
    MomentSums each, all;
    for (std::int64_t i = 0; i < 16; ++i) {
      e.push_back((i % 2 ? 1 : -1) * ((std::int64_t{1} << bits) - 7 * i));
      m.push_back((i % 3 ? 1 : -1) * ((std::int64_t{1} << bits) - i));
      each.add(e.back(), m.back());
    }
    all.add(e, m);
    EXPECT_EQ(all, each) << bits;
  }
}

TEST(MomentSums, HoldFourthPowersBeyond128Bits) {
  MomentSums sums;
  const std::int64_t largest = std::int64_t{1} << 32;
  for (int i = 0; i < 4; ++i) sums.add(0, i % 2 ? largest : -largest);
  sums.add(0, largest - 1);
  EXPECT_EQ(sums.magnetization_fourth.high, 4u);
  const long double last = std::pow(static_cast<long double>(largest - 1), 4);
  EXPECT_NEAR(static_cast<double>(sums.magnetization_fourth.value() / (std::ldexp(4.0L, 128) + last)), 1,
              1e-18);
}

TEST(WideSum, Carries) {
  WideSum sum;
  sum.add(~UInt128{0});
  sum.add(UInt128{2});
  EXPECT_EQ(sum.high, 1u);
  EXPECT_TRUE(sum.low == 1);
}

} // namespace blockspin::stats
