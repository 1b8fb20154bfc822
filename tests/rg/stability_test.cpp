#include "blockspin/rg/stability.hpp"

#include <gtest/gtest.h>

#include "blockspin/base/packed.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/ising/operator_sums.hpp"
#include "rg/small_blocks.hpp"

namespace blockspin::rg {
namespace {

using test::Three;

/// The block Hamiltonian of 4x4 spins on 2x2, and from it the couplings of a place (nearest, diagonal, plaquette):
/// there are no other even ones. Each of the four spins has two bonds of its own, two diagonals and a plaquette, as on
/// any lattice: eight bonds of four pairs, eight diagonals of two pairs, four plaquettes of the same four spins.
std::vector<double> block_couplings_of(const Three& coupling) {
  std::vector<double> weight(16, 0.0);
  for (std::uint64_t state = 0; state < 65536; ++state) {
    const Three sums = test::three_sums(state, 4);
    const double boltzmann = std::exp(coupling[0] * sums[0] + coupling[1] * sums[1] + coupling[2] * sums[2]);
    test::majorities(state, 4, [&](std::uint64_t h, double p) { weight[h] += p * boltzmann; });
  }
  for (double& w : weight) w = -std::log(w);
  const auto k = couplings_of(weight); // by masks of sites 0 1 / 2 3
  EXPECT_NEAR(k[0b0011], k[0b1010], 1e-12);
  return {k[0b0011] / 2, k[0b0110] / 4, k[0b1111] / 4};
}

/// Places per product on 4x4 and 2x2, of the first n operators.
Array<double, 2> places_of(Parity parity, std::size_t n) {
  Array<double, 2> places({2, n});
  const auto& list = parity == Parity::even ? ising::even_operators(2) : ising::odd_operators(2);
  for (unsigned level = 0; level < 2; ++level)
    for (std::size_t k = 0; k < n; ++k) {
      const std::uint64_t side = level == 0 ? 4 : 2;
      places(level, k) = ising::places_per_product(list[k], ising::RowLattice({side, side}));
    }
  return places;
}

/// Each product once: what a coupling of a place is not.
Array<double, 2> ones(std::size_t n) {
  Array<double, 2> places({2, n});
  std::ranges::fill(places.flat(), 1.0);
  return places;
}

/// Sums of one state in the moments' form: packed, then by the counters.
class Measured {
public:
  explicit Measured(unsigned side, Parity parity, std::size_t n_operators)
      : bits_(ising::RowLattice({side, side})),
        sums_(bits_.lattice(),
              std::span(parity == Parity::even ? ising::even_operators(2) : ising::odd_operators(2))
                  .first(n_operators)) {}
  void operator()(std::uint64_t state, std::span<std::int64_t> out) {
    std::vector<std::uint8_t> packed(packed_bytes(bits_.lattice().n_sites()));
    for (std::size_t byte = 0; byte < packed.size(); ++byte)
      packed[byte] = static_cast<std::uint8_t>(state >> (8 * byte));
    bits_.unpack(packed);
    sums_.measure(bits_, out);
  }

private:
  ising::RowBits bits_;
  ising::OperatorSums sums_;
};

/// exp(4 K) = 6: how often a state counts is a whole number.
const double coupling = std::log(6.0) / 4;

/// Every state of 4x4 spins and every outcome of its ties, as often as exp(K (S_nn + 32)) says, rounded. fault: the first
/// block of a tie is always up.
OperatorMoments all_states(Parity parity, std::size_t n_operators, bool fault = false, double k = coupling) {
  Measured fine(4, parity, n_operators), coarse(2, parity, n_operators);
  OperatorMoments moments(parity, 1, n_operators);
  Array<std::int64_t, 2> values({2, n_operators});
  for (std::uint64_t state = 0; state < 65536; ++state) {
    const auto weight =
        static_cast<std::uint64_t>(std::llround(std::exp(k * (test::three_sums(state, 4)[0] + 32))));
    fine(state, values.row(0));
    test::majorities(state, 4, [&](std::uint64_t h, double p) {
      const bool up = p < 1 && fault;
      coarse(up ? h | 1 : h, values.row(1));
      moments.add(values, weight * static_cast<std::uint64_t>(16 * p));
    });
  }
  return moments;
}

const std::vector<std::size_t> first_three = {0, 1, 2};

/// Largest difference from the derivatives of the block couplings.
double worst_entry(const OperatorMoments& moments, View<const double, 2> places) {
  const auto response = coupling_response(moments, 1, 0, first_three, places);
  if (!response) return INFINITY;
  double worst = 0;
  for (std::size_t b = 0; b < 3; ++b) {
    const auto exact = test::slope(block_couplings_of, {coupling, 0, 0}, b);
    for (std::size_t a = 0; a < 3; ++a) worst = std::max(worst, std::abs((*response)(a, b) - exact[a]));
  }
  return worst;
}

} // namespace

TEST(Stability, IsTheDerivativeOfTheBlockCouplings) {
  EXPECT_LT(worst_entry(all_states(Parity::even, 3), places_of(Parity::even, 3)), 1e-8);
}

TEST(Stability, TheTestSeesTiesOfOneBlockAlwaysUp) {
  EXPECT_GT(worst_entry(all_states(Parity::even, 3, true), places_of(Parity::even, 3)), 1e-3);
}

TEST(Stability, TheTestSeesCouplingsOfProductsInsteadOfPlaces) {
  EXPECT_GT(worst_entry(all_states(Parity::even, 3), ones(3)), 0.1);
}

TEST(Stability, LeadingEigenvalueOfTheBlockMap) {
  const OperatorMoments moments = all_states(Parity::even, 3);
  const auto eigenvalue = leading_eigenvalue(moments, 1, first_three, places_of(Parity::even, 3));
  EXPECT_EQ(eigenvalue.imag(), 0);
  // T v = lambda v by the power method on the derivatives.
  std::vector<double> v = {1, 1, 1};
  std::vector<std::vector<double>> columns;
  for (std::size_t b = 0; b < 3; ++b) columns.push_back(test::slope(block_couplings_of, {coupling, 0, 0}, b));
  double norm = 0;
  for (int i = 0; i < 200; ++i) {
    std::vector<double> next(3, 0.0);
    for (std::size_t a = 0; a < 3; ++a)
      for (std::size_t b = 0; b < 3; ++b) next[a] += columns[b][a] * v[b];
    norm = std::sqrt(next[0] * next[0] + next[1] * next[1] + next[2] * next[2]);
    for (std::size_t a = 0; a < 3; ++a) v[a] = next[a] / norm;
  }
  EXPECT_NEAR(eigenvalue.real(), norm, 1e-7);
  EXPECT_NEAR(exponent_of(eigenvalue, 2), std::log2(norm), 1e-7);
}

// At K_c, to three digits: the page on Monte Carlo renormalization (postprocess/reference/mcrg.md) has these four.
TEST(Stability, ExponentsOf4x4AtTheCriticalCouplingAreOfPlacesNotOfProducts) {
  const OperatorMoments moments = all_states(Parity::even, 2, false, ising::exact::critical_coupling);
  const auto exponent = [&](std::size_t n, View<const double, 2> places) {
    return exponent_of(leading_eigenvalue(moments, 1, std::span(first_three).first(n), places), 2);
  };
  const auto places = places_of(Parity::even, 2), products = ones(2);
  EXPECT_NEAR(exponent(1, places), 0.870, 5e-4);
  EXPECT_NEAR(exponent(2, places), 0.983, 5e-4);
  EXPECT_NEAR(exponent(1, products), 1.870, 5e-4);
  EXPECT_NEAR(exponent(2, products), 2.446, 5e-4);
}

// d<M'>/dh of all odd fields from the same sums, against the moments taken one by one.
TEST(Stability, OddOperatorsHaveNoMean) {
  const OperatorMoments moments = all_states(Parity::odd, 5);
  for (std::size_t a = 0; a < 5; ++a) EXPECT_EQ(moments.mean(0, a), 0);
  Measured fine(4, Parity::odd, 5), coarse(2, Parity::odd, 5);
  std::vector<std::int64_t> s0(5), s1(5);
  double norm = 0, expected[5][5] = {};
  for (std::uint64_t state = 0; state < 65536; ++state) {
    const double weight = std::exp(coupling * (test::three_sums(state, 4)[0] - 32));
    norm += weight;
    fine(state, s0);
    test::majorities(state, 4, [&](std::uint64_t h, double p) {
      coarse(h, s1);
      for (std::size_t a = 0; a < 5; ++a)
        for (std::size_t b = 0; b < 5; ++b) expected[a][b] += weight * p * static_cast<double>(s1[a] * s0[b]);
    });
  }
  for (std::size_t a = 0; a < 5; ++a)
    for (std::size_t b = 0; b < 5; ++b)
      EXPECT_NEAR(moments.correlation(1, a, 0, b), expected[a][b] / norm, 1e-9);
  const double lambda = moments.correlation(1, 0, 0, 0) / moments.correlation(1, 0, 1, 0);
  const auto places = places_of(Parity::odd, 5);
  EXPECT_DOUBLE_EQ(leading_eigenvalue(moments, 1, std::vector<std::size_t>{0}, places).real(), lambda);
  const auto normal = manifold_normal(moments, 1, places);
  EXPECT_EQ(normal[0], 1);
  for (std::size_t b = 0; b < 5; ++b)
    EXPECT_NEAR(normal[b], places(0, b) / places(0, 0) * expected[0][b] / expected[0][0], 1e-9);
}

TEST(Stability, IsUnknownWhereOperatorsCannotBeToldApart) {
  const OperatorMoments moments = all_states(Parity::even, 7);
  // (3,0) is (1,0) on four sites, (2,0) is a constant on two.
  for (const std::size_t other : {3, 6}) {
    const std::vector<std::size_t> operators = {0, other};
    const auto places = places_of(Parity::even, 7);
    EXPECT_FALSE(coupling_response(moments, 1, 0, operators, places).has_value());
    EXPECT_TRUE(std::isnan(leading_eigenvalue(moments, 1, operators, places).real()));
  }
  EXPECT_TRUE(std::isnan(exponent_of({-2, 0}, 2)));
  EXPECT_TRUE(std::isnan(exponent_of({2, 0.1}, 2)));
  EXPECT_DOUBLE_EQ(exponent_of({9, 0}, 3), 2);
}

TEST(OperatorMoments, PartsAddUpAndAreTakenOutExactly) {
  const auto values = [](std::int64_t seed) {
    Array<std::int64_t, 2> v({4, 3});
    for (std::size_t i = 0; i < v.size(); ++i)
      v.flat()[i] =
          (seed * 1234567891011 + static_cast<std::int64_t>(i) * 987654321987) % (std::int64_t{1} << 44) -
          (std::int64_t{1} << 43);
    return v;
  };
  OperatorMoments one(Parity::even, 3, 3), two = one, all = one;
  for (std::int64_t i = 0; i < 10; ++i) {
    (i < 4 ? one : two).add(values(i));
    all.add(values(i));
  }
  OperatorMoments sum = one;
  sum.merge(two);
  EXPECT_EQ(sum, all);
  sum.remove(one);
  EXPECT_EQ(sum, two);
  OperatorMoments twice = one, doubled(Parity::even, 3, 3);
  twice.merge(one);
  for (std::int64_t i = 0; i < 4; ++i) doubled.add(values(i), 2);
  EXPECT_EQ(twice, doubled);

  // Words of two ranks, added word by word.
  std::vector<std::uint64_t> words(one.n_words()), more(one.n_words());
  one.to_words(words);
  two.to_words(more);
  for (std::size_t i = 0; i < words.size(); ++i) words[i] += more[i];
  OperatorMoments from = one;
  from.from_words(words);
  EXPECT_EQ(from, all);

  long double product = 0;
  for (std::int64_t i = 0; i < 10; ++i)
    product += static_cast<long double>(values(i)(3, 1)) * static_cast<long double>(values(i)(0, 2)) / 10;
  EXPECT_NEAR(all.correlation(3, 1, 0, 2) + all.mean(3, 1) * all.mean(0, 2), static_cast<double>(product),
              1e-12 * std::abs(static_cast<double>(product)));
}

} // namespace blockspin::rg
