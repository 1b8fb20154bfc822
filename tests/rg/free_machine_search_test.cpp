#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include <gtest/gtest.h>

#include "blockspin/rg/free_machine_search.hpp"
#include "blockspin/rg/spin_model.hpp"
#include "support/broken_off.hpp"
#include "support/world.hpp"

using namespace blockspin;
using namespace blockspin::rg;

namespace {

constexpr std::size_t n_starts = 7;

FreeMachine small_machine(SafePoint safe_point = {}) {
  const std::array<std::uint64_t, 2> extents{3, 3};
  return {all_states(SpinModel{9, periodic_bonds(extents), 0.4, 0}.all_energies()), 3, std::move(safe_point)};
}

std::vector<std::vector<double>> starts(std::uint64_t seed = 3) {
  return free_machine_starts(std::vector<double>(27, 0.2), n_starts,
                             {seed, rng::StreamId::test, rng::instance_number("starts")});
}

std::unique_ptr<FreeMachineSearch> make(const mpi::Communicator& comm, SafePoint safe_point) {
  return std::make_unique<FreeMachineSearch>(comm, small_machine(std::move(safe_point)), starts());
}

FreeMinima searched(const mpi::Communicator& comm) {
  return run_through([&](SafePoint point) { return make(comm, std::move(point)); })->minima();
}

void expect_same_bits(const FreeMinima& a, const FreeMinima& b) {
  EXPECT_EQ(a.kl_divergence, b.kl_divergence);
  EXPECT_EQ(a.least.weights, b.least.weights);
  EXPECT_EQ(a.least.kl_divergence, b.least.kl_divergence);
  EXPECT_EQ(a.least.gradient_norm, b.least.gradient_norm);
  EXPECT_EQ(a.n_at_least, b.n_at_least);
}

} // namespace

TEST(FreeMachineSearch, EndsWhereTrainingsFromItsStartsEnd) {
  const FreeMinima found = searched(test_world());
  const FreeMachine machine = small_machine();
  std::vector<double> gradient(27);
  ASSERT_EQ(found.kl_divergence.size(), n_starts);
  for (std::size_t k = 0; k < n_starts; ++k)
    EXPECT_EQ(found.kl_divergence[k], train_free_machine(machine, starts()[k]).kl_divergence);
  EXPECT_EQ(found.least.kl_divergence,
            *std::min_element(found.kl_divergence.begin(), found.kl_divergence.end()));
  EXPECT_NEAR(machine.kl_divergence(found.least.weights, gradient), found.least.kl_divergence, 1e-12);
  double squares = 0;
  for (const double slope : gradient) squares += slope * slope;
  EXPECT_NEAR(std::sqrt(squares), found.least.gradient_norm, 1e-9);
  const auto n_near =
      std::count_if(found.kl_divergence.begin(), found.kl_divergence.end(), [&](double divergence) {
        return divergence <= found.least.kl_divergence + same_minimum;
      });
  EXPECT_EQ(found.n_at_least, static_cast<std::uint64_t>(n_near));
  EXPECT_NE(found.kl_divergence[1], train_free_machine(machine, starts(4)[1]).kl_divergence)
      << "the twin: a training from other random numbers";
}

TEST(FreeMachineSearch, StartsAreTheFirstWithNoiseAndRandomOnes) {
  const auto all = starts();
  double off = 0, square = 0;
  for (const double weight : all[0]) off = std::max(off, std::abs(weight - 0.2));
  for (const double weight : all[1]) square += weight * weight / 27;
  EXPECT_GT(off, 0);
  EXPECT_LT(off, 0.2) << "noise of 0.02: beyond 10 standard deviations never";
  EXPECT_GT(square, 0.09 / 5) << "27 weights of variance 0.09";
  EXPECT_LT(square, 0.09 * 5);
}

TEST(FreeMachineSearch, IsTheSameBitsForEveryRankCount) {
  const auto alone = mpi::Communicator::self();
  expect_same_bits(searched(test_world()), searched(alone));
}

TEST(FreeMachineSearch, BrokenOffAnywhereEndsAsIfLeftAloneOnAnyRankCount) {
  const auto alone = mpi::Communicator::self();
  const FreeMinima whole = searched(alone);
  for (const std::size_t n : {0U, 1U, 20U, 40U}) {
    const auto make_here = [&](SafePoint point) { return make(test_world(), std::move(point)); };
    expect_same_bits(run_broken_off(test_world(), n, make_here)->minima(), whole);
  }
  auto some = make(test_world(), {}); // a step on all ranks, the rest on one
  some->advance();
  const SavedState state = state_of(test_world(), *some);
  auto rest = make(alone, {});
  MemorySource source(state);
  rest->load(source);
  while (!rest->done()) rest->advance();
  expect_same_bits(rest->minima(), whole);
}
