// Chains that a machine runs by itself, against enumeration.

#include <cmath>
#include <memory>

#include <gtest/gtest.h>

#include "blockspin/analysis/generation.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/rbm/enumeration.hpp"
#include "blockspin/rbm/tempering.hpp"
#include "blockspin/stats/hypothesis.hpp"
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

/// Machines between the lowest of the stack and independent units, the nearest first.
std::vector<rbm::Machine> along_of(rbm::Units units) {
  return {rbm::random_machine(units, n_lattice, n_middle, 33, 0.6), rbm::Machine(units, n_lattice, n_middle)};
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

using Counts = std::vector<std::uint64_t>;

/// How often each state of the kept layer was the kept state number `index` of a chain. Collective.
Counts counts(const Generation& chains, std::size_t index) {
  Counts count(std::size_t{1} << chains.n_units());
  for (std::size_t c = 0; c < chains.mine().size(); ++c) ++count[chains.kept()(c, index, 0)];
  test_world().sum(std::span(count));
  return count;
}

/// The chance of counts of chains that fit the probabilities they should have as badly, by chi^2.
double chance(const Counts& count, const std::vector<double>& p) {
  constexpr double min_expected = 20;
  return stats::chi_square(count, p, min_expected).p_value;
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

constexpr double least =
    1e-7; ///< a chi^2 whose chance is below this does not fit: its own rate of false alarms

/// How often each state of 4 units is that of the first replica of n_chains chains after 61 steps of Gibbs sampling at
/// `betas` and exchanges at `exchanged`. Local.
Counts tempered(const rbm::Machine& machine, const std::vector<double>& betas,
                const std::vector<double>& exchanged) {
  const GenerationStreams streams = ::streams();
  const rbm::GibbsSampler sampler(machine);
  std::vector<Array<float, 2>> replicas(betas.size(), Array<float, 2>({n_chains, machine.n_visible()}));
  for (auto& replica : replicas) std::ranges::fill(replica.flat(), 1.0F);
  const std::vector<View<float, 2>> views(replicas.begin(), replicas.end());
  Array<float, 2> hidden({n_chains, machine.n_hidden()});
  for (std::uint64_t step = 0; step < 61; ++step) { // the last exchange is of the first pair
    for (std::size_t r = 0; r < betas.size(); ++r) {
      const std::uint64_t sequence = step * betas.size() + r;
      const auto beta = static_cast<float>(betas[r]);
      sampler.to_hidden(views[r], hidden, rbm::Rule::sampled, {streams.hidden, sequence, 0}, beta);
      sampler.to_visible(hidden, views[r], rbm::Rule::sampled, {streams.visible, sequence, 0}, beta);
    }
    rbm::exchange_replicas(sampler, exchanged, views, {streams.swap, step, 0});
  }
  Counts count(16);
  for (std::size_t c = 0; c < n_chains; ++c) {
    std::size_t state = 0;
    for (std::size_t i = 0; i < 4; ++i) state |= std::size_t{replicas[0](c, i) > 0} << i;
    ++count[state];
  }
  return count;
}

} // namespace

// Ten chi^2: a false alarm in 1e-6.
TEST(Generation, KeepsTheMachinesDistributionOfEveryLayer) {
  for (const auto units : {rbm::Units::spin, rbm::Units::binary}) {
    const auto stack = stack_of(units);
    const auto lattice = rbm::visible_distribution(stack[0]), middle = rbm::visible_distribution(stack[1]);
    for (const std::vector<double>& betas : {std::vector{1.0}, std::vector{1.0, 0.6, 0.2}}) {
      const GenerationPlan low{.n = n_chains, .burn_in = 60, .betas = betas};
      EXPECT_GT(chance(counts(*run(stack, low), 0), lattice), least);
    }
    const GenerationPlan along{.n = n_chains, .burn_in = 60, .along = along_of(units)};
    EXPECT_GT(chance(counts(*run(stack, along), 0), lattice), least);
    const GenerationPlan hidden{.layer = 1, .n = n_chains, .burn_in = 60};
    EXPECT_GT(chance(counts(*run(stack, hidden), 0), pass(stack[0], lattice, true)), least);
    const GenerationPlan deep{.machine = 2, .layer = 0, .n = n_chains, .burn_in = 60};
    EXPECT_GT(chance(counts(*run(stack, deep), 0), pass(stack[0], middle, false)), least);
  }
}

// Of both kinds of units: a value that units are filled with first must not show. Two chi^2: 2e-7.
TEST(Generation, RandomStartsAreIndependentUnits) {
  for (const auto units : {rbm::Units::spin, rbm::Units::binary})
    EXPECT_GT(chance(counts(*run(stack_of(units), {.n = n_chains}), 0), std::vector<double>(16, 1.0 / 16)),
              least);
}

// The twins: chains that have not run; replicas that are exchanged by the weights of other temperatures.
TEST(Generation, ChainsThatHaveNotRunAreSeen) {
  const auto stack = stack_of(rbm::Units::spin);
  EXPECT_LT(chance(counts(*run(stack, {.n = n_chains}), 0), rbm::visible_distribution(stack[0])), least);
}

// The steps of a chain by hand, with the right exchanges and with wrong ones. One chi^2: 1e-7.
TEST(Generation, ReplicasExchangedAtWrongTemperaturesAreSeen) {
  const rbm::Machine machine = stack_of(rbm::Units::spin)[0];
  const std::vector<double> betas = {1.0, 0.6, 0.2}, p = rbm::visible_distribution(machine);
  EXPECT_GT(chance(tempered(machine, betas, betas), p), least);
  EXPECT_LT(chance(tempered(machine, betas, {1.0, 0.8, 0.6}), p), least);
}

// From data no step is taken by chance: the distribution after one pass is known exactly. Three chi^2: 3e-7.
TEST(Generation, StartsAtDataAndPassesThemUpAndDown) {
  const auto stack = stack_of(rbm::Units::spin);
  const std::vector<double> data(16, 1.0 / 16);
  const auto middle = pass(stack[0], data, true);
  EXPECT_EQ(counts(*run(stack, {.n = n_chains}, true), 0), Counts(16, n_chains / 16)) << "data";
  EXPECT_GT(chance(counts(*run(stack, {.layer = 1, .n = n_chains}, true), 0), middle), least);
  EXPECT_GT(chance(counts(*run(stack, {.machine = 2, .layer = 2, .n = n_chains}, true), 0),
                   pass(stack[1], middle, true)),
            least);
  const auto down = pass(stack[0], middle, false);
  EXPECT_GT(chance(counts(*run(stack, {.machine = 2, .layer = 0, .n = n_chains}, true), 0), down), least);
  EXPECT_LT(chance(counts(*run(stack, {.machine = 2, .layer = 0, .n = n_chains}, true), 0), data), least)
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
  const GenerationPlan tempered{
      .machine = 2, .layer = 0, .n = 2500, .burn_in = 3, .steps = 2, .n_kept = 2, .betas = {1.0, 0.5}};
  const GenerationPlan along{
      .n = 2500, .burn_in = 3, .steps = 2, .n_kept = 2, .along = along_of(rbm::Units::spin)};
  for (const GenerationPlan& plan : {tempered, along}) {
    const auto make = [&](const mpi::Communicator& comm) {
      return std::make_unique<Generation>(comm, stack, plan, streams(), Array<std::uint8_t, 2>{});
    };
    const auto divided = run_through([&](const SafePoint&) { return make(test_world()); });
    const auto alone = mpi::Communicator::self();
    const auto whole = run_through([&](const SafePoint&) { return make(alone); });
    EXPECT_EQ(state_of(test_world(), *divided), state_of(alone, *whole));
    EXPECT_EQ(divided->acceptance(), whole->acceptance());
    const auto resumed =
        run_broken_off(test_world(), 1, [&](const SafePoint&) { return make(test_world()); });
    EXPECT_EQ(state_of(test_world(), *resumed), state_of(test_world(), *divided));
    EXPECT_EQ(resumed->acceptance(), divided->acceptance());
  }
}

TEST(Generation, ExchangesAreCounted) {
  const auto stack = stack_of(rbm::Units::spin);
  const auto alike = run(stack, {.n = n_chains, .burn_in = 9, .betas = {1.0, 1.0, 1.0}});
  EXPECT_EQ(alike->acceptance(), (std::vector<double>{1.0, 1.0}))
      << "replicas at one temperature always exchange";
  const auto apart = run(stack, {.n = n_chains, .burn_in = 9, .betas = {1.0, 0.0}});
  EXPECT_LT(apart->acceptance().front(), 0.9);
  EXPECT_GT(apart->acceptance().front(), 0.1);
  const auto same = run(stack, {.n = n_chains, .burn_in = 9, .along = {stack[0], stack[0]}});
  EXPECT_EQ(same->acceptance(), (std::vector<double>{1.0, 1.0})) << "as do replicas of one machine";
}
