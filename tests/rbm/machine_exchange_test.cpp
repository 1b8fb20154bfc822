// Exchange of replicas of different machines, against enumeration of machines of 4 visible and 3 hidden units.

#include "blockspin/rbm/machine_exchange.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/rbm/enumeration.hpp"
#include "blockspin/stats/hypothesis.hpp"
#include "rbm/small_machine.hpp"

namespace blockspin::rbm {
namespace {

constexpr std::size_t n_chains = 100000, n_units = 4, n_states = 16, n_machines = 3;

rng::Generator random(const char* name) { return {6, rng::StreamId::test, rng::instance_number(name)}; }

/// The last one has independent units, as the first of a training.
std::vector<Machine> machines_of(Units units) {
  return {random_machine(units, n_units, 3, 8, 1.0), random_machine(units, n_units, 3, 9, 0.6),
          Machine(units, n_units, 3)};
}

std::vector<std::vector<double>> distributions(const std::vector<Machine>& machines) {
  std::vector<std::vector<double>> p;
  for (const Machine& machine : machines) p.push_back(visible_distribution(machine));
  return p;
}

/// Visible states of independent chains, each replica from the distribution of its machine.
std::vector<Array<float, 2>> drawn(Units units, const std::vector<std::vector<double>>& p) {
  std::vector<Array<float, 2>> replicas;
  for (std::size_t r = 0; r < p.size(); ++r) {
    replicas.emplace_back(Shape<2>{n_chains, n_units});
    for (std::size_t c = 0; c < n_chains; ++c) {
      double u = random("start").uniform(r, c);
      std::size_t state = 0;
      while (state + 1 < n_states && u >= p[r][state]) u -= p[r][state++];
      for (std::size_t i = 0; i < n_units; ++i)
        replicas[r](c, i) = (state >> i & 1) != 0 ? 1.0F : static_cast<float>(off_value(units));
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
  double chance; ///< the smallest of the chi^2 of both neighbouring pairs
  std::vector<std::uint64_t> accepted;
};

/// Exchanges of exact draws, each pair twice, with the weights of the machines `exchanged`. Replicas stay independent:
/// states of neighbours are distributed as the product of the distributions of their machines.
Outcome outcome(Units units, const std::vector<Machine>& exchanged) {
  const auto p = distributions(machines_of(units));
  auto replicas = drawn(units, p);
  const std::vector<View<float, 2>> views(replicas.begin(), replicas.end());
  std::vector<GibbsSampler> samplers(exchanged.begin(), exchanged.end());
  const std::vector<const GibbsSampler*> weights{&samplers[0], &samplers[1], &samplers[2]};
  Outcome result{1, std::vector<std::uint64_t>(n_machines - 1)};
  for (std::uint64_t round = 0; round < 4; ++round)
    exchange_machines(weights, views, {random("swap"), round, 0}, result.accepted);
  for (std::size_t r = 0; r + 1 < n_machines; ++r) {
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

/// Share of exchanges accepted of states from p and q.
double exact_acceptance(const std::vector<double>& p, const std::vector<double>& q) {
  double accepted = 0;
  for (std::size_t v = 0; v < n_states; ++v)
    for (std::size_t w = 0; w < n_states; ++w) accepted += std::min(p[v] * q[w], p[w] * q[v]);
  return accepted;
}

constexpr double least = 2.5e-7;

} // namespace

// Four chi^2, two of each kind of units: a false alarm in 1e-6.
TEST(MachineExchange, KeepsTheDistributionOfEveryMachine) {
  for (const Units units : {Units::spin, Units::binary}) {
    const auto machines = machines_of(units);
    EXPECT_GT(outcome(units, machines).chance, least);
  }
}

// Four counts of 2 n_chains, at most 5.5 standard errors off: 2e-7.
TEST(MachineExchange, AcceptsAsOftenAsMetropolis) {
  for (const Units units : {Units::spin, Units::binary}) {
    const auto p = distributions(machines_of(units));
    const auto accepted = outcome(units, machines_of(units)).accepted;
    for (std::size_t r = 0; r + 1 < n_machines; ++r) {
      const double share = exact_acceptance(p[r], p[r + 1]), n = 2.0 * n_chains;
      EXPECT_NEAR(static_cast<double>(accepted[r]) / n, share, 5.5 * std::sqrt(share * (1 - share) / n)) << r;
      EXPECT_LT(share, 0.9);
    }
  }
}

// The twins: acceptance by the weights of other machines, of one alone, and in the wrong order.
TEST(MachineExchange, TheTestSeesAWrongAcceptance) {
  for (const Units units : {Units::spin, Units::binary}) {
    const auto right = machines_of(units);
    EXPECT_LT(outcome(units, {right[0], right[2], right[2]}).chance, least);
    EXPECT_LT(outcome(units, {right[0], right[0], right[0]}).chance, least);
    EXPECT_LT(outcome(units, {right[2], right[1], right[0]}).chance, least);
  }
}

TEST(MachineExchange, AChainDoesTheSameWhereverItStands) {
  const auto machines = machines_of(Units::spin);
  std::vector<GibbsSampler> samplers(machines.begin(), machines.end());
  const std::vector<const GibbsSampler*> weights{&samplers[0], &samplers[1], &samplers[2]};
  auto together = drawn(Units::spin, distributions(machines)), apart = together;
  const std::vector<View<float, 2>> all(together.begin(), together.end());
  exchange_machines(weights, all, {random("swap"), 0, 0});
  constexpr std::size_t n = 1000;
  for (std::size_t first = 0; first < n_chains; first += n) {
    std::vector<View<float, 2>> part;
    for (auto& replica : apart) part.emplace_back(replica.row(first).data(), Shape<2>{n, n_units});
    exchange_machines(weights, part, {random("swap"), 0, first});
  }
  for (std::size_t r = 0; r < n_machines; ++r)
    EXPECT_TRUE(std::ranges::equal(together[r].flat(), apart[r].flat())) << r;
}

} // namespace blockspin::rbm
