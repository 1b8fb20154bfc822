// Chains that a machine runs by itself, against enumeration.

#include <cmath>
#include <memory>

#include <gtest/gtest.h>

#include "blockspin/analysis/generation.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/rbm/enumeration.hpp"
#include "rbm/small_machine.hpp"
#include "support/broken_off.hpp"
#include "support/world.hpp"

using namespace blockspin;
using namespace blockspin::analysis;

namespace {

constexpr std::uint64_t n_chains = 6000;
constexpr std::size_t n_lattice = 4, n_middle = 3, n_top = 2;

GenerationStreams streams() {
  const auto numbers = [](const char* name) {
    return rng::Generator(7, rng::StreamId::test, rng::instance_number(name));
  };
  return {numbers("start"), numbers("hidden"), numbers("visible"), numbers("swap")};
}

std::vector<rbm::Machine> stack_of(rbm::Units units) {
  return {rbm::random_machine(units, n_lattice, n_middle, 31, 1.0),
          rbm::random_machine(units, n_middle, n_top, 32, 1.0)};
}

/// Configuration of the lattice that chain c starts at: all 16 in turn.
Array<std::uint8_t, 2> data_starts() {
  const mpi::Range mine = Generation::chains_of_rank(test_world(), n_chains);
  Array<std::uint8_t, 2> packed({mine.size(), 1});
  for (std::uint64_t c = 0; c < mine.size(); ++c)
    packed(c, 0) = static_cast<std::uint8_t>((mine.first + c) % 16);
  return packed;
}

std::unique_ptr<Generation> run(const std::vector<rbm::Machine>& stack, const GenerationPlan& plan,
                                bool from_data = false) {
  auto chains = std::make_unique<Generation>(test_world(), stack, plan, streams(),
                                             from_data ? data_starts() : Array<std::uint8_t, 2>{});
  while (!chains->done()) chains->advance();
  return chains;
}

/// How often each state of the kept layer was the kept state number `index` of a chain. Collective.
std::vector<double> counts(const Generation& chains, std::size_t index) {
  std::vector<double> count(std::size_t{1} << chains.n_units());
  for (std::size_t c = 0; c < chains.mine().size(); ++c) ++count[chains.kept()(c, index, 0)];
  test_world().sum(std::span(count));
  return count;
}

/// (chi^2 - k) / sqrt(2 k), k degrees of freedom, of counts of chains and the probabilities they should have.
double excess(const std::vector<double>& count, const std::vector<double>& p) {
  double chi2 = 0.0;
  for (std::size_t s = 0; s < p.size(); ++s) {
    const double mean = p[s] * static_cast<double>(n_chains);
    chi2 += (count[s] - mean) * (count[s] - mean) / mean;
  }
  const auto freedom = static_cast<double>(p.size() - 1);
  return (chi2 - freedom) / std::sqrt(2.0 * freedom);
}

/// p(x_j = on) of each unit of the layer that `from` leads to, by the definition of a half step.
std::vector<double> on_probabilities(const rbm::Machine& machine, std::size_t state, bool up) {
  const std::size_t n_from = up ? machine.n_visible() : machine.n_hidden();
  const std::size_t n_to = up ? machine.n_hidden() : machine.n_visible();
  std::vector<double> p;
  for (std::size_t j = 0; j < n_to; ++j) {
    double field = up ? machine.hidden_bias[j] : machine.visible_bias[j];
    for (std::size_t i = 0; i < n_from; ++i) {
      const double x = (state >> i & 1) != 0 ? 1.0 : rbm::off_value(machine.units);
      field += x * (up ? machine.weights(i, j) : machine.weights(j, i));
    }
    p.push_back(1.0 / (1.0 + std::exp(-(1.0 - rbm::off_value(machine.units)) * field)));
  }
  return p;
}

/// The distribution of the other layer, given one of this layer.
std::vector<double> pass(const rbm::Machine& machine, const std::vector<double>& p, bool up) {
  const std::size_t n_to = up ? machine.n_hidden() : machine.n_visible();
  std::vector<double> q(std::size_t{1} << n_to);
  for (std::size_t state = 0; state < p.size(); ++state) {
    const auto on = on_probabilities(machine, state, up);
    for (std::size_t to = 0; to < q.size(); ++to) {
      double product = p[state];
      for (std::size_t j = 0; j < n_to; ++j) product *= (to >> j & 1) != 0 ? on[j] : 1.0 - on[j];
      q[to] += product;
    }
  }
  return q;
}

constexpr double limit = 10.0; ///< standard deviations of chi^2: 2e-8 for 15 degrees of freedom, 1e-7 for 3

} // namespace

// Eight chi^2: a false alarm in 1e-6.
TEST(Generation, KeepsTheMachinesDistributionOfEveryLayer) {
  for (const auto units : {rbm::Units::spin, rbm::Units::binary}) {
    const auto stack = stack_of(units);
    const auto lattice = rbm::visible_distribution(stack[0]), middle = rbm::visible_distribution(stack[1]);
    for (const std::vector<double>& betas : {std::vector{1.0}, std::vector{1.0, 0.6, 0.2}}) {
      const GenerationPlan low{.n = n_chains, .burn_in = 60, .betas = betas};
      EXPECT_LT(excess(counts(*run(stack, low), 0), lattice), limit);
    }
    const GenerationPlan hidden{.layer = 1, .n = n_chains, .burn_in = 60};
    EXPECT_LT(excess(counts(*run(stack, hidden), 0), pass(stack[0], lattice, true)), limit);
    const GenerationPlan deep{.machine = 2, .layer = 0, .n = n_chains, .burn_in = 60};
    EXPECT_LT(excess(counts(*run(stack, deep), 0), pass(stack[0], middle, false)), limit);
  }
}

// Of both kinds of units: a value that units are filled with first must not show. Two chi^2: 4e-8.
TEST(Generation, RandomStartsAreIndependentUnits) {
  for (const auto units : {rbm::Units::spin, rbm::Units::binary})
    EXPECT_LT(excess(counts(*run(stack_of(units), {.n = n_chains}), 0), std::vector<double>(16, 1.0 / 16)),
              limit);
}

// The twins: chains that have not run; replicas that are exchanged by the weights of other temperatures.
TEST(Generation, ChainsThatHaveNotRunAreSeen) {
  const auto stack = stack_of(rbm::Units::spin);
  EXPECT_GT(excess(counts(*run(stack, {.n = n_chains}), 0), rbm::visible_distribution(stack[0])), limit);
}

TEST(Generation, ReplicasAtWrongTemperaturesAreSeen) {
  const auto stack = stack_of(rbm::Units::spin);
  auto wrong = stack;
  for (float& w : wrong[0].weights.flat()) w *= 0.6F; // as at beta = .6
  const GenerationPlan plan{.n = n_chains, .burn_in = 60, .betas = {1.0, 0.6, 0.2}};
  EXPECT_GT(excess(counts(*run(wrong, plan), 0), rbm::visible_distribution(stack[0])), limit);
}

// From data no step is taken by chance: the distribution after one pass is known exactly. Three chi^2: 3e-7.
TEST(Generation, StartsAtDataAndPassesThemUpAndDown) {
  const auto stack = stack_of(rbm::Units::spin);
  const std::vector<double> data(16, 1.0 / 16);
  const auto middle = pass(stack[0], data, true);
  EXPECT_EQ(counts(*run(stack, {.n = n_chains}, true), 0), std::vector<double>(16, n_chains / 16.0))
      << "data";
  EXPECT_LT(excess(counts(*run(stack, {.layer = 1, .n = n_chains}, true), 0), middle), limit);
  EXPECT_LT(excess(counts(*run(stack, {.machine = 2, .layer = 2, .n = n_chains}, true), 0),
                   pass(stack[1], middle, true)),
            limit);
  const auto down = pass(stack[0], middle, false);
  EXPECT_LT(excess(counts(*run(stack, {.machine = 2, .layer = 0, .n = n_chains}, true), 0), down), limit);
  EXPECT_GT(excess(counts(*run(stack, {.machine = 2, .layer = 0, .n = n_chains}, true), 0), data), limit)
      << "twin";
}

TEST(Generation, KeepsStatesSoManyStepsApart) {
  const auto stack = stack_of(rbm::Units::spin);
  const auto all = run(stack, {.n = n_chains, .steps = 1, .n_kept = 6});
  const auto some = run(stack, {.n = n_chains, .burn_in = 1, .steps = 2, .n_kept = 3});
  for (std::size_t index = 0; index < 3; ++index)
    EXPECT_EQ(counts(*all, 1 + 2 * index), counts(*some, index));
  EXPECT_NE(counts(*all, 0), counts(*all, 1));
}

TEST(Generation, HasTheSameBitsForEveryRankCountAndThroughInterruption) {
  const auto stack = stack_of(rbm::Units::spin);
  const GenerationPlan plan{
      .machine = 2, .layer = 0, .n = 2500, .burn_in = 3, .steps = 2, .n_kept = 2, .betas = {1.0, 0.5}};
  const auto make = [&](const mpi::Communicator& comm) {
    return std::make_unique<Generation>(comm, stack, plan, streams(), Array<std::uint8_t, 2>{});
  };
  const auto divided = run_through([&](const SafePoint&) { return make(test_world()); });
  const auto alone = mpi::Communicator::self();
  const auto whole = run_through([&](const SafePoint&) { return make(alone); });
  EXPECT_EQ(state_of(test_world(), *divided), state_of(alone, *whole));
  EXPECT_EQ(divided->acceptance(), whole->acceptance());
  const auto resumed = run_broken_off(test_world(), 1, [&](const SafePoint&) { return make(test_world()); });
  EXPECT_EQ(state_of(test_world(), *resumed), state_of(test_world(), *divided));
  EXPECT_EQ(resumed->acceptance(), divided->acceptance());
}

TEST(Generation, ExchangesAreCounted) {
  const auto stack = stack_of(rbm::Units::spin);
  const auto alike = run(stack, {.n = n_chains, .burn_in = 9, .betas = {1.0, 1.0, 1.0}});
  EXPECT_EQ(alike->acceptance(), (std::vector<double>{1.0, 1.0}))
      << "replicas at one temperature always exchange";
  const auto apart = run(stack, {.n = n_chains, .burn_in = 9, .betas = {1.0, 0.0}});
  EXPECT_LT(apart->acceptance().front(), 0.9);
  EXPECT_GT(apart->acceptance().front(), 0.1);
}
