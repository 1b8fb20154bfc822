// Annealed importance sampling against enumeration.

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/rbm/annealing.hpp"
#include "blockspin/rbm/enumeration.hpp"
#include "rbm/small_machine.hpp"
#include "support/memory_state.hpp"
#include "support/world.hpp"

using namespace blockspin;
using namespace blockspin::rbm;

namespace {

/// Distance from the exact ln Z in standard errors, the larger of forwards and back.
double distance(const Machine& machine, double exact, std::uint64_t number) {
  const rng::Generator draws(17, rng::StreamId::likelihood_chain, number);
  const LnZEstimate estimate = anneal(machine, {200, 300}, draws, test_world());
  EXPECT_GT(estimate.effective_chains, 100);
  return std::max(std::abs(estimate.ln_z - exact) / estimate.error,
                  std::abs(estimate.back - exact) / estimate.back_error);
}

} // namespace

// Twenty machines, each forwards and back, beyond 6.5 standard errors each (normal tail 8e-11): false alarm
// below 1e-6 even where the weights' spread makes the tail a thousand times heavier.
TEST(Annealing, IsWithinItsErrorOfTheExactSumOnTwentyMachines) {
  for (std::uint64_t number = 0; number < 20; ++number) {
    const Machine machine =
        random_machine(number % 2 == 0 ? Units::spin : Units::binary, 12, 8, 100 + number, 0.3);
    EXPECT_LT(distance(machine, ln_z(machine), number), 6.5) << number;
  }
}

namespace {

/// Mean squared pulls forwards and back over 200 seeds. Chains end their way up out of equilibrium, and few large
/// weights make the mean.
std::pair<double, double> mean_squares(double share_of_error) {
  const Machine machine = random_machine(Units::spin, 12, 8, 100, 0.7);
  const double exact = ln_z(machine);
  std::pair<double, double> squares{0, 0};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const LnZEstimate e =
        anneal(machine, {50, 150}, {seed, rng::StreamId::likelihood_chain, 3}, test_world());
    squares.first += std::pow((e.ln_z - exact) / (share_of_error * e.error), 2) / 200;
    squares.second += std::pow((e.back - exact) / (share_of_error * e.back_error), 2) / 200;
  }
  return squares;
}

} // namespace

// The mean of 200 squares of normal numbers is beyond 0.45 to 2 with a chance below 1e-9 and 1e-14; weights that
// count unequally make pulls a little wider.
TEST(Annealing, ErrorsForwardsAndBackAreRight) {
  const auto [forwards, back] = mean_squares(1);
  EXPECT_GT(forwards, 0.45);
  EXPECT_LT(forwards, 2);
  EXPECT_GT(back, 0.45);
  EXPECT_LT(back, 2);
}

TEST(Annealing, TheTestSeesErrorsThatAreTooSmall) {
  const auto [forwards, back] = mean_squares(0.6);
  EXPECT_GT(forwards, 2);
  EXPECT_GT(back, 2);
}

// The twin: ln Z of a slightly other machine must be told apart.
TEST(Annealing, OfAnotherMachineIsSeen) {
  const Machine machine = random_machine(Units::spin, 12, 8, 100, 0.3);
  Machine other = machine;
  for (float& w : other.weights.flat()) w *= 1.2F;
  EXPECT_GT(distance(machine, ln_z(other), 0), 6.5);
}

TEST(Annealing, HasTheSameBitsOnEveryRankCount) {
  const Machine machine = random_machine(Units::spin, 20, 30, 7, 0.2);
  const rng::Generator draws(17, rng::StreamId::likelihood_chain, 1);
  const LnZEstimate here = anneal(machine, {30, 200}, draws, test_world());
  const LnZEstimate alone = anneal(machine, {30, 200}, draws, mpi::Communicator::self());
  EXPECT_EQ(here.ln_z, alone.ln_z);
  EXPECT_EQ(here.error, alone.error);
  EXPECT_EQ(here.back, alone.back);
  EXPECT_EQ(here.effective_chains, alone.effective_chains);
}

// A machine at size whose ln Z is known: units on their own, Z = prod 2cosh b prod 2cosh c.
TEST(Annealing, OfIndependentUnitsAtSizeIsTheirProduct) {
  Machine machine = random_machine(Units::spin, 400, 100, 3, 0.5);
  std::fill(machine.weights.flat().begin(), machine.weights.flat().end(), 0.0F);
  double exact = 0;
  for (const float b : machine.visible_bias) exact += ln_partition(Units::spin, b);
  for (const float c : machine.hidden_bias) exact += ln_partition(Units::spin, c);
  EXPECT_LT(distance(machine, exact, 0), 6.5);
  EXPECT_GT(distance(machine, exact + 1, 0), 6.5); // the twin
}

TEST(Annealing, AShortLadderIsToldByItsEffectiveChains) {
  const Machine machine = random_machine(Units::spin, 60, 20, 5, 0.15);
  const auto effective = [&](std::uint64_t n_temperatures) {
    const rng::Generator draws(17, rng::StreamId::likelihood_chain, 5);
    return anneal(machine, {n_temperatures, 400}, draws, test_world()).effective_chains;
  };
  EXPECT_LT(effective(2), 40);
  EXPECT_GT(effective(300), 200);
}

TEST(Annealing, ContinuesFromACheckpointOnAnotherRankCountWithTheSameBits) {
  const Machine machine = random_machine(Units::spin, 20, 30, 7, 0.2);
  const rng::Generator draws(17, rng::StreamId::likelihood_chain, 1);
  const mpi::Communicator self = mpi::Communicator::self();
  Annealer whole(machine, {30, 200}, draws, self), broken(machine, {30, 200}, draws, self);
  for (int k = 0; k < 3; ++k) broken.advance();
  MemorySink sink(self);
  broken.save(sink);
  MemorySource source(sink.state());
  Annealer continued(machine, {30, 200}, draws, test_world());
  continued.load(source);
  EXPECT_EQ(continued.work_done(), 3);
  while (!continued.done()) continued.advance();
  while (!whole.done()) whole.advance();
  EXPECT_EQ(continued.estimate().ln_z, whole.estimate().ln_z);
  EXPECT_EQ(continued.estimate().back, whole.estimate().back);
}

TEST(Annealing, BrokenOffInsideAStepKeepsTheBlocksBefore) {
  const Machine machine = random_machine(Units::spin, 20, 30, 7, 0.2);
  const rng::Generator draws(17, rng::StreamId::likelihood_chain, 1);
  int n_passed = 0, most = 0;
  Annealer broken(machine, {30, 200}, draws, test_world(), [&] {
    if (++n_passed == most) throw Error(ErrorKind::stopped, "enough");
  });
  broken.advance();
  EXPECT_EQ(test_world().max(n_passed), test_world().min(n_passed)) << "every rank passes equally often";
  EXPECT_GT(n_passed, 2 * 30) << "every temperature is a safe point";
  most = n_passed + 40;
  if (!broken.done()) {
    EXPECT_THROW(broken.advance(), Error);
  }
  MemorySink sink(test_world());
  broken.save(sink);
  MemorySource source(sink.state());
  Annealer continued(machine, {30, 200}, draws, test_world());
  continued.load(source);
  EXPECT_EQ(continued.work_done(), broken.work_done());
  while (!continued.done()) continued.advance();
  EXPECT_EQ(continued.estimate().ln_z, anneal(machine, {30, 200}, draws, test_world()).ln_z);
}
