// Machines kept along a training: the way they were, the same on every rank count, as close as they should be.

#include "blockspin/train/trajectory.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/base/error.hpp"
#include "blockspin/rbm/enumeration.hpp"
#include "blockspin/train/trainer.hpp"
#include "support/broken_off.hpp"
#include "support/world.hpp"
#include "train/small_data.hpp"

namespace blockspin::train {
namespace {

constexpr double share = 0.6;

Settings with_trajectory(Algorithm algorithm = Algorithm::cd) {
  Settings settings;
  settings.n_hidden = 6;
  settings.batch = 50;
  settings.epochs = 12;
  settings.algorithm = algorithm;
  settings.update.learning_rate = 0.1;
  settings.trajectory = {share, 77};
  settings.seed = 3;
  return settings;
}

std::unique_ptr<Trainer> trainer(const mpi::Communicator& comm, const DataPart& data,
                                 const Settings& settings) {
  return std::make_unique<Trainer>(comm, data, settings);
}

DataPart data_on(const mpi::Communicator& comm) { return drawn_data(comm, ising_3x3(2.0), 9, 430); }

std::vector<Checkpoint> kept(const Settings& settings) {
  const DataPart data = data_on(test_world());
  return run_through([&](const SafePoint&) { return trainer(test_world(), data, settings); })->trajectory();
}

/// Exact share of accepted exchanges between two machines of few units.
double exact_acceptance(const rbm::Machine& one, const rbm::Machine& other) {
  const auto p = rbm::visible_distribution(one), q = rbm::visible_distribution(other);
  double accepted = 0;
  for (std::size_t v = 0; v < p.size(); ++v)
    for (std::size_t w = 0; w < p.size(); ++w) accepted += std::min(p[v] * q[w], p[w] * q[v]);
  return accepted;
}

bool same(const std::vector<Checkpoint>& one, const std::vector<Checkpoint>& other) {
  return std::ranges::equal(one, other, [](const Checkpoint& a, const Checkpoint& b) {
    return a.machine == b.machine && a.update == b.update && a.epoch == b.epoch;
  });
}

} // namespace

TEST(Trajectory, HasTheSameBitsForEveryRankCountAndThroughInterruption) {
  const auto alone = mpi::Communicator::self();
  const DataPart part = data_on(test_world()), all = data_on(alone);
  for (const Algorithm algorithm : {Algorithm::cd, Algorithm::pcd}) {
    const Settings settings = with_trajectory(algorithm);
    const auto divided = run_through([&](const SafePoint&) { return trainer(test_world(), part, settings); });
    const auto whole = run_through([&](const SafePoint&) { return trainer(alone, all, settings); });
    EXPECT_GE(whole->trajectory().size(), 3U);
    EXPECT_TRUE(same(divided->trajectory(), whole->trajectory()));
    EXPECT_EQ(state_of(test_world(), *divided), state_of(alone, *whole));
    for (const std::size_t after : {1, 20, 40}) {
      const auto resumed = run_broken_off(
          test_world(), after, [&](const SafePoint&) { return trainer(test_world(), part, settings); });
      EXPECT_EQ(state_of(test_world(), *resumed), state_of(test_world(), *divided)) << after;
    }
  }
}

// Its chains draw from streams of their own.
TEST(Trajectory, LeavesTheTrainingAsItIs) {
  const DataPart data = data_on(test_world());
  for (const Algorithm algorithm : {Algorithm::cd, Algorithm::pcd}) {
    Settings without = with_trajectory(algorithm);
    without.trajectory = {};
    const auto with = run_through(
        [&](const SafePoint&) { return trainer(test_world(), data, with_trajectory(algorithm)); });
    const auto plain = run_through([&](const SafePoint&) { return trainer(test_world(), data, without); });
    EXPECT_EQ(with->machine(), plain->machine());
    EXPECT_TRUE(plain->trajectory().empty());
  }
}

// Nine batches an epoch: a machine kept before the first one of an epoch is that of a shorter training.
TEST(Trajectory, KeepsMachinesOfTheWay) {
  const DataPart data = data_on(test_world());
  Settings settings = with_trajectory();
  settings.trajectory.acceptance = 0.89; // nearly all of them
  const auto all = kept(settings);
  std::size_t n_compared = 0;
  for (const Checkpoint& checkpoint : all) {
    EXPECT_EQ(checkpoint.epoch, checkpoint.update / 9);
    if (checkpoint.update % 9 != 0) continue;
    Settings shorter = with_trajectory();
    shorter.epochs = checkpoint.epoch;
    EXPECT_EQ(run_through([&](const SafePoint&) { return trainer(test_world(), data, shorter); })->machine(),
              checkpoint.machine);
    ++n_compared;
  }
  EXPECT_GE(n_compared, 1U);
}

// 64 chains know a deviation to 9 %, so a share of 0.8 to 0.02: the mean of eight pairs is off by 0.1 in less than 1e-6.
// The twin keeps every second machine only.
TEST(Trajectory, NeighboursExchangeAsOftenAsTheyShould) {
  constexpr double share = 0.8;
  Settings settings = with_trajectory();
  settings.trajectory.acceptance = share;
  settings.epochs = 30;
  std::vector<rbm::Machine> machines{rbm::Machine(settings.units, 9, settings.n_hidden)};
  for (const Checkpoint& checkpoint : kept(settings)) machines.push_back(checkpoint.machine);
  ASSERT_GE(machines.size(), 6U);
  double mean = 0, of_second = 0;
  for (std::size_t i = 2; i < machines.size(); ++i) {
    mean += exact_acceptance(machines[i - 1], machines[i]) / static_cast<double>(machines.size() - 2);
    of_second += exact_acceptance(machines[i - 2], machines[i]) / static_cast<double>(machines.size() - 2);
  }
  EXPECT_NEAR(mean, share, 0.1);
  EXPECT_LT(of_second, share - 0.1);
}

TEST(Trajectory, HasAnEnd) {
  Settings settings = with_trajectory();
  settings.trajectory.acceptance = 1; // every machine is too far away
  settings.epochs = 200;
  const DataPart data = data_on(test_world());
  const auto training = trainer(test_world(), data, settings);
  try {
    while (!training->done()) training->advance();
    FAIL() << "more than there may be";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::setting);
    EXPECT_TRUE(error.agreed());
    EXPECT_NE(error.message().find("1000 machines are kept before update 1000"), std::string::npos)
        << error.message();
  }
}

} // namespace blockspin::train
