#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/analysis/plain_code.hpp"
#include "blockspin/rng/generator.hpp"

using namespace blockspin;
using namespace blockspin::analysis;

namespace {

std::vector<float> random_spins(std::size_t n, std::uint64_t number) {
  const rng::Generator random(5, rng::StreamId::test, rng::instance_number("plain_code"));
  std::vector<float> spins(n);
  for (std::size_t i = 0; i < n; ++i) spins[i] = random.uniform(number, i) < 0.5 ? -1.0F : 1.0F;
  return spins;
}

} // namespace

TEST(PlainCode, BlocksAreTheirMajority) {
  const lattice::Geometry square({6, 6});
  const PlainCode code(square, Code::blocks, 10); // 3x3 blocks of 2x2; a tenth number finds no place
  ASSERT_EQ(code.n_numbers(), 9U);
  std::size_t n_ties = 0;
  for (std::uint64_t number = 0; number < 50; ++number) {
    const auto spins = random_spins(36, number);
    const auto back = code.passed(spins);
    for (std::size_t y = 0; y < 6; ++y)
      for (std::size_t x = 0; x < 6; ++x) {
        const std::size_t corner = y / 2 * 12 + x / 2 * 2;
        const float sum = spins[corner] + spins[corner + 1] + spins[corner + 6] + spins[corner + 7];
        n_ties += sum == 0 ? 1U : 0U;
        EXPECT_EQ(back[6 * y + x], sum == 0 ? spins[corner] : std::copysign(1.0F, sum));
      }
  }
  EXPECT_GT(n_ties, 100U);
}

TEST(PlainCode, FieldsAreOrthonormalAndCoverEverySite) {
  for (const auto& extents : {std::vector<std::uint64_t>{7, 5}, {9}, {4, 3, 5}, {6, 6}})
    for (const Code kind : {Code::blocks, Code::modes})
      for (const std::size_t most : {1U, 2U, 6U, 9U, 1000U}) {
        const lattice::Geometry geometry(extents);
        const PlainCode code(geometry, kind, most);
        EXPECT_LE(code.n_numbers(), std::min<std::size_t>(most, geometry.n_sites()));
        const auto fields = code.fields();
        for (std::size_t a = 0; a < code.n_numbers(); ++a)
          for (std::size_t b = 0; b <= a; ++b) {
            double product = 0;
            for (std::size_t site = 0; site < geometry.n_sites(); ++site)
              product += fields(site, a) * fields(site, b);
            EXPECT_NEAR(product, a == b ? 1 : 0, 1e-12) << geometry.name() << a << b;
          }
        for (std::size_t site = 0; site < geometry.n_sites(); ++site) {
          double here = 0;
          for (std::size_t a = 0; a < code.n_numbers(); ++a) here += std::abs(fields(site, a));
          EXPECT_GT(here, 0);
        }
      }
}

TEST(PlainCode, AsManyNumbersAsSitesKeepEverySpinAndOneTheirSign) {
  const lattice::Geometry geometry({7, 5});
  for (const Code kind : {Code::blocks, Code::modes}) {
    const PlainCode whole(geometry, kind, 35), one(geometry, kind, 1), half(geometry, kind, 17);
    std::size_t n_lost = 0;
    for (std::uint64_t number = 0; number < 20; ++number) {
      const auto spins = random_spins(35, number);
      EXPECT_EQ(whole.passed(spins), spins);
      float sum = 0;
      for (const float s : spins) sum += s;
      EXPECT_EQ(one.passed(spins), std::vector<float>(35, std::copysign(1.0F, sum)));
      n_lost += half.passed(spins) != spins ? 1U : 0U;
    }
    EXPECT_EQ(n_lost, 20U) << "the twin: half of the numbers";
  }
}

TEST(PlainCode, TheLongestWavesComeFirst) {
  const PlainCode code(lattice::Geometry({8, 12}), Code::modes, 5);
  const auto fields = code.fields();
  for (std::size_t y = 0; y < 8; ++y)
    for (std::size_t x = 0; x < 12; ++x) {
      const std::size_t site = 12 * y + x;
      EXPECT_NEAR(fields(site, 0), std::sqrt(1.0 / 96), 1e-12);
      EXPECT_NEAR(fields(site, 1), std::sqrt(2.0 / 96) * std::cos(2 * M_PI * static_cast<double>(x) / 12),
                  1e-12);
      EXPECT_NEAR(fields(site, 4), std::sqrt(2.0 / 96) * std::sin(2 * M_PI * static_cast<double>(y) / 8),
                  1e-12);
    }
}
