// Exchange of replicas, against enumeration of a machine of 4 visible and 3 hidden units.

#include "blockspin/rbm/tempering.hpp"

#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "blockspin/rbm/enumeration.hpp"
#include "blockspin/stats/hypothesis.hpp"
#include "rbm/small_machine.hpp"

namespace blockspin::rbm {
namespace {

constexpr std::size_t n_chains = 100000, n_units = 4, n_states = 16;
const std::vector<double> betas = {1.0, 0.6, 0.2};

rng::Generator random(const char* name) { return {5, rng::StreamId::test, rng::instance_number(name)}; }

/// The machine whose energy is beta times as large.
Machine at(const Machine& machine, double beta) {
  Machine scaled = machine;
  const auto scale = [&](std::span<float> values) {
    for (float& x : values) x *= static_cast<float>(beta);
  };
  scale(scaled.weights.flat());
  scale(scaled.visible_bias);
  scale(scaled.hidden_bias);
  return scaled;
}

/// [replica][state]: exp(-F(v; beta)) / Z(beta).
std::vector<std::vector<double>> distributions(const Machine& machine) {
  std::vector<std::vector<double>> p;
  for (const double beta : betas) p.push_back(visible_distribution(at(machine, beta)));
  return p;
}

/// Visible states of independent chains, each replica from its own distribution; the same for all machines of a kind.
std::vector<Array<float, 2>> drawn(const Machine& machine) {
  const auto p = distributions(machine);
  std::vector<Array<float, 2>> replicas;
  for (std::size_t r = 0; r < betas.size(); ++r) {
    replicas.emplace_back(Shape<2>{n_chains, n_units});
    for (std::size_t c = 0; c < n_chains; ++c) {
      double u = random("start").uniform(r, c);
      std::size_t state = 0;
      while (state + 1 < n_states && u >= p[r][state]) u -= p[r][state++];
      for (std::size_t i = 0; i < n_units; ++i)
        replicas[r](c, i) = (state >> i & 1) != 0 ? 1.0F : static_cast<float>(off_value(machine.units));
    }
  }
  return replicas;
}

std::size_t state_of(std::span<const float> units) {
  std::size_t state = 0;
  for (std::size_t i = 0; i < n_units; ++i) state |= std::size_t{units[i] > 0.5F} << i;
  return state;
}

struct Outcome {
  double chance; ///< the smallest of the chi^2 of both neighbouring pairs of replicas, together
  std::vector<std::uint64_t> accepted;
};

/// Exchanges of exact draws, each pair of replicas twice, with the weights of `exchanged`. Replicas stay independent, so
/// the states of neighbours are distributed as the product of their distributions: 255 degrees of freedom a pair.
Outcome outcome(Units units, const std::vector<double>& exchanged) {
  const Machine machine = random_machine(units, n_units, 3, 8, 1.0);
  auto replicas = drawn(machine);
  const std::vector<View<float, 2>> views(replicas.begin(), replicas.end());
  Outcome result{1, std::vector<std::uint64_t>(betas.size() - 1)};
  for (std::uint64_t round = 0; round < 4; ++round)
    exchange_replicas(GibbsSampler(machine), exchanged, views, {random("swap"), round, 0}, result.accepted);
  const auto p = distributions(machine);
  for (std::size_t r = 0; r + 1 < betas.size(); ++r) {
    std::vector<std::uint64_t> count(n_states * n_states);
    std::vector<double> expected;
    for (std::size_t c = 0; c < n_chains; ++c)
      ++count[state_of(views[r].row(c)) * n_states + state_of(views[r + 1].row(c))];
    for (const double one : p[r])
      for (const double other : p[r + 1]) expected.push_back(one * other);
    constexpr double min_expected = 20;
    result.chance = std::min(result.chance, stats::chi_square(count, expected, min_expected).p_value);
  }
  return result;
}

constexpr double least = 2.5e-7;

} // namespace

// Four chi^2, two of each kind of units: a false alarm in 1e-6.
TEST(Tempering, ExchangesKeepTheDistributionOfEveryReplica) {
  for (const Units units : {Units::spin, Units::binary}) {
    const Outcome found = outcome(units, betas);
    EXPECT_GT(found.chance, least);
    for (const std::uint64_t n : found.accepted) { // not by leaving all as they were
      EXPECT_GT(n, n_chains / 4);
      EXPECT_LT(n, 2 * n_chains);
    }
  }
}

// The twins: acceptance by the weights of other temperatures, and of all.
TEST(Tempering, TheTestSeesAWrongAcceptance) {
  for (const Units units : {Units::spin, Units::binary}) {
    EXPECT_LT(outcome(units, {1.0, 0.8, 0.4}).chance, least);
    EXPECT_LT(outcome(units, {1.0, 1.0, 1.0}).chance, least);
  }
}

TEST(Tempering, AChainDoesTheSameWhereverItStands) {
  const Machine machine = random_machine(Units::spin, n_units, 3, 8, 1.0);
  auto together = drawn(machine), apart = together;
  const std::vector<View<float, 2>> all(together.begin(), together.end());
  exchange_replicas(GibbsSampler(machine), betas, all, {random("swap"), 0, 0});
  constexpr std::size_t n = 1000;
  for (std::size_t first = 0; first < n_chains; first += n) {
    std::vector<View<float, 2>> part;
    for (auto& replica : apart) part.emplace_back(replica.row(first).data(), Shape<2>{n, n_units});
    exchange_replicas(GibbsSampler(machine), betas, part, {random("swap"), 0, first});
  }
  for (std::size_t r = 0; r < betas.size(); ++r)
    EXPECT_TRUE(std::ranges::equal(together[r].flat(), apart[r].flat())) << r;
}

TEST(Tempering, BetasAreEven) {
  EXPECT_EQ(even_betas(1, 0.2), std::vector<double>{1.0});
  EXPECT_EQ(even_betas(3, 0.5), (std::vector<double>{1.0, 0.75, 0.5}));
}

} // namespace blockspin::rbm
