// Annealed importance sampling against enumeration.

#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/rbm/annealing.hpp"
#include "blockspin/rbm/enumeration.hpp"
#include "rbm/small_machine.hpp"
#include "support/world.hpp"

using namespace blockspin;
using namespace blockspin::rbm;

namespace {

/// Distance from the exact ln Z in standard errors.
double distance(const Machine& machine, double exact, std::uint64_t number) {
  const rng::Generator draws(17, rng::StreamId::likelihood_chain, number);
  const LnZEstimate estimate = anneal(machine, {200, 300}, draws, test_world());
  return std::abs(estimate.ln_z - exact) / estimate.error;
}

} // namespace

// Twenty machines beyond 6.5 standard errors each (normal tail 8e-11): false alarm below 1e-6 even where the
// weights' spread makes the tail a thousand times heavier.
TEST(Annealing, IsWithinItsErrorOfTheExactSumOnTwentyMachines) {
  for (std::uint64_t number = 0; number < 20; ++number) {
    const Machine machine =
        random_machine(number % 2 == 0 ? Units::spin : Units::binary, 12, 8, 100 + number, 0.3);
    EXPECT_LT(distance(machine, ln_z(machine), number), 6.5) << number;
  }
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
}
