// Every instruction set's kernels that this processor runs: the same bits, and those of plain loops.

#include <bit>
#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "blockspin/base/error.hpp"
#include "blockspin/rbm/product.hpp"
#include "blockspin/rng/generator.hpp"
#include "rbm/kernels.hpp"

using namespace blockspin;
using namespace blockspin::rbm;

namespace {

std::vector<float> random_values(std::size_t n, std::uint64_t number) {
  const rng::Generator generator(9, rng::StreamId::test, number);
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<float>(generator.uniform(0, i) - 0.5);
  return values;
}

std::vector<float> random_spins(std::size_t n, std::uint64_t number) {
  std::vector<float> values = random_values(n, number);
  for (float& x : values) x = x > 0.0F ? 1.0F : -1.0F;
  return values;
}

/// What the plain kernels do not share: they multiply and add in two roundings.
bool fused(const Kernels& kernels) { return std::string(kernels.name) != "plain"; }

struct ShapeOf {
  std::size_t m, k, n;
};
constexpr ShapeOf shapes[] = {{1, 1, 1},       {5, 3, 7},      {33, 601, 70},
                              {29, 1101, 300}, {100, 100, 64}, {40, 70, 530}};

std::size_t panels_of(std::size_t n) { return (n + kernel_width - 1) / kernel_width; }

/// x to the nearest bfloat16 number, halves to even.
float nearest(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t low = bits & 0xffffU, down = bits & 0xffff0000U;
  const bool up = low > 0x8000U || (low == 0x8000U && (bits >> 16 & 1U) != 0);
  return std::bit_cast<float>(up ? down + 0x10000U : down);
}

Panels<float> random_panels(std::size_t k, std::size_t n, std::uint64_t number) {
  Array<float, 2> matrix({k, n});
  const std::vector<float> values = random_values(k * n, number);
  std::copy(values.begin(), values.end(), matrix.flat().begin());
  Panels<float> panels(k, n);
  panels.assign(matrix.view());
  return panels;
}

/// The n_terms'th term of a rounded weight.
float term_of(float w, int term) {
  const float first = nearest(w);
  return term == 0 ? first : nearest(w - first);
}

/// start + a b in the order that the header states for matrix units.
float tile_sum(const float* a, const Panels<float>& b, std::size_t column, float sum, int n_terms) {
  const std::size_t k = b.n_rows();
  for (std::size_t first = 0; first < k; first += 32)
    for (int term = 0; term < n_terms; ++term) {
      float parts[2] = {0.0F, 0.0F};
      for (std::size_t row = first; row < std::min(k, first + 32); ++row)
        parts[row % 2] = std::fma(a[row], term_of(b(row, column), term), parts[row % 2]);
      sum += parts[0] + parts[1];
    }
  return sum;
}

/// The same for the other processors.
float pair_sum(const float* a, const Panels<float>& b, std::size_t column, float sum, int n_terms) {
  const std::size_t k = b.n_rows();
  for (std::size_t pair = 0; pair < k; pair += 2)
    for (int term = 0; term < n_terms; ++term)
      for (std::size_t row : {pair + 1, pair}) {
        if (row >= k) continue;
        sum += a[row] * term_of(b(row, column), term);
      }
  return sum;
}

} // namespace

TEST(Kernels, OfEveryInstructionSetGiveTheSameProducts) {
  for (const auto& [m, k, n] : shapes) {
    const auto a = random_values(m * k, 1), start = random_values(panels_of(n) * kernel_width, 2);
    const Panels<float> b = random_panels(k, n, 3);
    std::vector<float> expected;
    for (const Kernels* kernels : runnable_kernels()) {
      std::vector<float> c(m * n);
      kernels->product(a.data(), m, k, b.values().data(), n, start.data(), c.data());
      if (expected.empty()) expected = c;
      if (fused(*kernels)) {
        ASSERT_EQ(c, expected) << kernels->name;
      } else {
        for (std::size_t i = 0; i < c.size(); ++i) ASSERT_NEAR(c[i], expected[i], 1e-4);
      }
    }
  }
}

TEST(Kernels, OfEveryInstructionSetGiveTheStatedRoundedProducts) {
  for (const auto& [m, k, n] : shapes)
    for (const Precision precision : {Precision::bfloat16, Precision::bfloat16_two_terms}) {
      const auto a = random_spins(m * k, 4), start = random_values(n, 5);
      const Panels<float> b = random_panels(k, n, 6);
      RoundedPanels rounded;
      rounded.assign(b, precision);
      for (const Kernels* kernels : runnable_kernels()) {
        std::vector<float> c(m * n);
        std::vector<std::uint32_t> words(rounded.words().size());
        kernels->round_panels(b.values().data(), b.n_panels(), k, rounded.n_terms(), words.data());
        ASSERT_TRUE(std::ranges::equal(words, rounded.words())) << kernels->name;
        EXPECT_EQ(kernels->rounded_product(a.data(), m, k, words.data(), rounded.n_terms(), n, start.data(),
                                           c.data()),
                  0U);
        const auto sum = kernels->rounded_outer != nullptr ? tile_sum : pair_sum;
        for (std::size_t i = 0; i < m; i += 3)
          for (std::size_t j = 0; j < n; ++j)
            ASSERT_EQ(c[i * n + j],
                      sum(a.data() + i * k, b, j, start[j], static_cast<int>(rounded.n_terms())))
                << kernels->name << ' ' << m << " x " << k << " x " << n;
      }
    }
}

TEST(Kernels, OfMatrixUnitsGiveTheExactSumsOfOuterProducts) {
  if (runnable_kernels().front()->rounded_outer == nullptr) GTEST_SKIP() << "no matrix units here";
  for (const Kernels* kernels : runnable_kernels()) {
    if (kernels->rounded_outer == nullptr) continue;
    for (const auto& [m, k, n] : shapes) {
      const auto a = random_spins(k * m, 11);
      Panels<float> b = random_panels(k, n, 12), sums(m, n), expected(m, n);
      for (float& mean : b.values())
        mean = std::nearbyint(mean * 0x1p14F) * 0x1p-13F; // -1 to 1, both reached
      b(0, 0) = 1.0F;
      RoundedPanels rounded;
      rounded.assign(b, Precision::bfloat16_two_terms);
      EXPECT_EQ(kernels->rounded_outer(a.data(), k, m, rounded.words().data(), 2, n, sums.values().data()),
                0U);
      kernels->outer_float(a.data(), k, m, b.values().data(), n, expected.values().data());
      EXPECT_TRUE(std::ranges::equal(sums.values(), expected.values()))
          << kernels->name << ' ' << m << " x " << k << " x " << n;
    }
  }
}

// What makes those sums exact.
TEST(RoundedPanels, HoldMeansOfFifteenBitsInTwoTerms) {
  Panels<float> b(2, 32768 + 1);
  for (std::size_t i = 0; i <= 32768; ++i) {
    b(0, i) = static_cast<float>(i) * 0x1p-15F;
    b(1, i) = -b(0, i);
  }
  RoundedPanels rounded;
  rounded.assign(b, Precision::bfloat16_two_terms);
  const float start[32768 + 1] = {};
  Array<float, 2> a({2, 2}), c({2, 32768 + 1});
  a(0, 0) = a(1, 1) = 1.0F;
  product(a.view(), rounded, start, c.view());
  for (std::size_t i = 0; i <= 32768; ++i) {
    ASSERT_EQ(c(0, i), b(0, i));
    ASSERT_EQ(c(1, i), b(1, i));
  }
}

TEST(RoundedPanels, RefuseProductsWithValuesThatAreNoUnits) {
  RoundedPanels rounded;
  rounded.assign(random_panels(3, 2, 7), Precision::bfloat16);
  const float start[2] = {0.0F, 0.0F};
  Array<float, 2> a({1, 3}), c({1, 2});
  for (float& x : a.flat()) x = -1.0F;
  EXPECT_NO_THROW(product(a.view(), rounded, start, c.view()));
  a(0, 1) = 0.3F;
  EXPECT_THROW(product(a.view(), rounded, start, c.view()), Error);
}

TEST(RoundedPanels, CountTinyWeightsAsZero) {
  Panels<float> b(1, 1);
  b(0, 0) = 1e-35F;
  RoundedPanels rounded;
  rounded.assign(b, Precision::bfloat16_two_terms);
  for (const std::uint32_t word : rounded.words()) EXPECT_EQ(word, 0U);
}

TEST(Kernels, OfEveryInstructionSetGiveTheSameUnitsAndSums) {
  const std::size_t n = 77;
  const auto fields = random_values(n, 8), other = random_values(n, 9);
  const rng::Generator generator(9, rng::StreamId::test, 10);
  std::vector<std::uint64_t> words(48);
  generator.words(0, 0, words);
  std::vector<std::vector<float>> samples;
  for (const Kernels* kernels : runnable_kernels()) {
    std::vector<float> mean(n), sample(n);
    const Activation job{2.0F,        -1.0F,
                         1.5F * 256,  reinterpret_cast<const std::uint32_t*>(words.data()),
                         mean.data(), sample.data()};
    kernels->activate(fields.data(), n, job);
    for (std::size_t u = 0; u < n; ++u) {
      const double p = 1.0 / (1.0 + std::exp(-2.0 * fields[u]));
      ASSERT_NEAR(mean[u], 2.0 * p - 1.0, 0x1p-14 + 1e-6);
      const auto bits = static_cast<std::uint32_t>(u % 2 == 0 ? words[u / 2] : words[u / 2] >> 32);
      ASSERT_EQ(sample[u], ((bits >> 9) + 0.5) * 0x1p-23 < p ? 1.0F : -1.0F);
    }
    samples.push_back(sample);
    EXPECT_EQ(samples.front(), sample) << kernels->name;
    double difference = 0.0, sums[n] = {};
    for (std::size_t u = 0; u < n; ++u) difference += (fields[u] - other[u]) * (fields[u] - other[u]);
    EXPECT_NEAR(kernels->squared_difference(fields.data(), other.data(), n), difference, 1e-4);
    kernels->add_row(fields.data(), n, -1.0, sums);
    for (std::size_t u = 0; u < n; ++u) ASSERT_EQ(sums[u], -static_cast<double>(fields[u]));
    std::vector<float> values = fields;
    values[70] = -9.0F;
    EXPECT_EQ(kernels->largest_magnitude(values.data(), n), std::bit_cast<std::uint32_t>(9.0F));
    values[5] = std::nanf("");
    EXPECT_GT(kernels->largest_magnitude(values.data(), n), std::bit_cast<std::uint32_t>(INFINITY));
  }
}
