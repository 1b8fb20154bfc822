// Products against plain loops, and their independence of block shapes.

#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/rbm/product.hpp"
#include "blockspin/rng/generator.hpp"

using namespace blockspin;
using namespace blockspin::rbm;

namespace {

Array<float, 2> random_matrix(std::size_t rows, std::size_t columns, std::uint64_t number) {
  const rng::Generator generator(7, rng::StreamId::test, number);
  Array<float, 2> matrix({rows, columns});
  std::uint64_t index = 0;
  for (float& x : matrix.flat()) x = static_cast<float>(generator.uniform(0, index++) - 0.5);
  return matrix;
}

Panels<float> panels_of(const Array<float, 2>& matrix) {
  Panels<float> panels(matrix.extent(0), matrix.extent(1));
  panels.assign(matrix.view());
  return panels;
}

View<const float, 2> rows_of(const Array<float, 2>& matrix, std::size_t first, std::size_t n) {
  return {matrix.data() + first * matrix.extent(1), {n, matrix.extent(1)}};
}

struct ShapeOf {
  std::size_t m, k, n;
};
constexpr ShapeOf shapes[] = {{1, 1, 1},     {5, 3, 7},       {100, 100, 64},
                              {33, 600, 70}, {29, 1100, 300}, {14, 512, 32}};

} // namespace

TEST(Panels, HoldTheMatrixAndZerosBeside) {
  const Array<float, 2> matrix = random_matrix(5, 37, 1);
  const Panels<float> panels = panels_of(matrix);
  Array<float, 2> back({5, 37});
  panels.copy_to(back.view());
  EXPECT_EQ(back, matrix);
  EXPECT_EQ(panels(4, 36), matrix(4, 36));
  double sum = 0.0, expected = 0.0;
  for (const float x : panels.values()) sum += x;
  for (const float x : matrix.flat()) expected += x;
  EXPECT_NEAR(sum, expected, 1e-4);
}

TEST(Panels, TransposeExchangesRowsAndColumns) {
  for (const auto& [n, m] : {std::pair<std::size_t, std::size_t>{5, 3}, {64, 100}, {37, 65}, {16, 48}}) {
    const Array<float, 2> matrix = random_matrix(n, m, 2);
    Panels<float> turned(m, n);
    for (float& x : turned.values()) x = 9.0F;
    transpose(panels_of(matrix), turned);
    Array<float, 2> back({m, n}), expected({m, n});
    turned.copy_to(back.view());
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < m; ++j) expected(j, i) = matrix(i, j);
    EXPECT_EQ(back, expected);
    EXPECT_EQ(panels_of(expected).values().size(), turned.values().size());
    EXPECT_TRUE(std::ranges::equal(panels_of(expected).values(), turned.values())) << "padding is not zero";
  }
}

TEST(Product, IsTheSumOverTermsInOrder) {
  for (const auto& [m, k, n] : shapes) {
    const Array<float, 2> a = random_matrix(m, k, 3), b = random_matrix(k, n, 4),
                          start = random_matrix(1, n, 5);
    Array<float, 2> c({m, n});
    product(a.view(), panels_of(b), start.flat(), c.view());
    const bool fused = std::string(product_kernel()) != "plain";
    for (std::size_t i = 0; i < m; i += 3)
      for (std::size_t j = 0; j < n; ++j) {
        float sum = start(0, j);
        for (std::size_t t = 0; t < k; ++t)
          sum = fused ? std::fma(a(i, t), b(t, j), sum) : sum + a(i, t) * b(t, j);
        ASSERT_EQ(c(i, j), sum) << m << " x " << k << " x " << n;
      }
  }
}

TEST(Product, OfARowDoesNotDependOnTheBlockItIsIn) {
  const Array<float, 2> a = random_matrix(57, 700, 6), b = random_matrix(700, 90, 7),
                        start = random_matrix(1, 90, 8);
  const Panels<float> right = panels_of(b);
  Array<float, 2> whole({57, 90});
  product(a.view(), right, start.flat(), whole.view());
  for (std::size_t first = 0; first < 57; first += 19) {
    Array<float, 2> part({19, 90});
    product(rows_of(a, first, 19), right, start.flat(), part.view());
    for (std::size_t r = 0; r < 19; ++r)
      ASSERT_TRUE(std::ranges::equal(part.row(r), std::as_const(whole).row(first + r)));
  }
}

TEST(OuterProducts, AddTheSumOverSamples) {
  for (const auto& [m, k, n] : shapes) {
    const Array<float, 2> a = random_matrix(k, m, 9), b = random_matrix(k, n, 10),
                          before = random_matrix(m, n, 11);
    Panels<float> c = panels_of(before);
    add_outer_products(a.view(), panels_of(b), c);
    for (std::size_t i = 0; i < m; i += 2)
      for (std::size_t j = 0; j < n; j += 3) {
        double sum = before(i, j);
        for (std::size_t t = 0; t < k; ++t) sum += static_cast<double>(a(t, i)) * b(t, j);
        ASSERT_NEAR(c(i, j), sum, 1e-5 * std::sqrt(static_cast<double>(k)));
      }
  }
}

TEST(OuterProducts, OnAGridAreExactForEverySplitOfTheSamples) {
  const std::size_t n_samples = 200, m = 45, n = 70;
  Array<float, 2> spins = random_matrix(n_samples, m, 12), means = random_matrix(n_samples, n, 13);
  for (float& x : spins.flat()) x = x > 0 ? 1.0F : -1.0F;
  for (float& x : means.flat()) x = std::nearbyint(x * 32768.0F) / 32768.0F;
  Panels<float> whole(m, n), parts(m, n);
  add_outer_products(spins.view(), panels_of(means), whole);
  for (const auto& [first, count] : {std::pair<std::size_t, std::size_t>{130, 70}, {0, 1}, {1, 129}}) {
    Panels<float> right(count, n);
    right.assign(rows_of(means, first, count));
    add_outer_products(rows_of(spins, first, count), right, parts);
  }
  EXPECT_TRUE(std::ranges::equal(whole.values(), parts.values()));
}

TEST(OuterProducts, InDoubleAddTheSumOverSamples) {
  Array<double, 2> a({20, 9}), b({20, 40});
  for (std::size_t i = 0; i < a.size(); ++i) a.flat()[i] = std::sin(static_cast<double>(i));
  for (std::size_t i = 0; i < b.size(); ++i) b.flat()[i] = std::cos(static_cast<double>(i));
  Panels<double> right(20, 40), c(9, 40);
  right.assign(b.view());
  add_outer_products(a.view(), right, c);
  double sum = 0.0;
  for (std::size_t t = 0; t < 20; ++t) sum += a(t, 8) * b(t, 39);
  EXPECT_NEAR(c(8, 39), sum, 1e-14);
}
