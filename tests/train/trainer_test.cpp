// Training: the same bits on every rank count and through interruptions; closer to the
// data; divergence is reported.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "blockspin/base/error.hpp"
#include "blockspin/rbm/enumeration.hpp"
#include "blockspin/train/stack.hpp"
#include "blockspin/train/trainer.hpp"
#include "support/memory_state.hpp"
#include "support/world.hpp"
#include "train/small_data.hpp"

using namespace blockspin;
using namespace blockspin::train;

namespace {

Settings base_settings() {
  Settings settings;
  settings.n_hidden = 12;
  settings.batch = 50;
  settings.epochs = 2;
  settings.update.learning_rate = 0.05;
  settings.judge = {1, 100, 3, {3, 3}, 0.0};
  settings.seed = 3;
  return settings;
}

/// One settings for every way of training that takes its own path.
std::vector<std::pair<std::string, Settings>> variants() {
  std::vector<std::pair<std::string, Settings>> all;
  const auto add = [&](const char* name, auto change) {
    Settings settings = base_settings();
    change(settings);
    all.emplace_back(name, settings);
  };
  add("cd", [](Settings&) {});
  add("binary, momentum, l1", [](Settings& s) {
    s.units = rbm::Units::binary;
    s.update.momentum = 0.5;
    s.update.l1 = 1e-4;
  });
  add("mean field", [](Settings& s) { s.reconstruction = Reconstruction::mean_field; });
  add("centred", [](Settings& s) {
    s.units = rbm::Units::binary;
    s.centred = true;
  });
  add("centred, mean field, momentum", [](Settings& s) {
    s.reconstruction = Reconstruction::mean_field;
    s.update.momentum = 0.5;
    s.centred = true;
  });
  add("pcd, adam", [](Settings& s) {
    s.algorithm = Algorithm::pcd;
    s.gibbs_steps = 3;
    s.update.optimiser = OptimiserKind::adam;
  });
  add("bfloat16, two terms", [](Settings& s) { s.precision = rbm::Precision::bfloat16_two_terms; });
  add("bfloat16, pcd", [](Settings& s) {
    s.precision = rbm::Precision::bfloat16;
    s.algorithm = Algorithm::pcd;
  });
  add("pt", [](Settings& s) {
    s.algorithm = Algorithm::pt;
    s.tempering_replicas = 4;
    s.snapshots = {1};
  });
  return all;
}

/// The same with fewer samples a batch, and configurations judged, than there may be ranks: some have none.
std::vector<std::pair<std::string, Settings>> small_batches() {
  auto all = variants();
  for (auto& [name, settings] : all) {
    name += ", batches of 3";
    settings.batch = 3;
    settings.judge.configurations = 2;
  }
  return all;
}

struct Trained {
  rbm::Machine machine;
  std::vector<double> errors;
  std::vector<std::uint64_t> judged; ///< bits: NaN is equal to itself
  std::vector<rbm::Machine> snapshots;
  bool operator==(const Trained&) const = default;
};

Trained result_of(const Trainer& trainer) {
  Trained result{trainer.machine(), {}, {}, trainer.snapshots()};
  for (const auto& record : trainer.history()) result.errors.push_back(record.reconstruction_error);
  for (const auto& j : trainer.judgements())
    for (const double x : {j.free_energy, j.free_energy_held_out, j.pseudo_likelihood, j.energy_data,
                           j.energy_model, j.abs_magnetization_data, j.abs_magnetization_model})
      result.judged.push_back(std::bit_cast<std::uint64_t>(x));
  return result;
}

/// A training of n_rows configurations.
struct Training {
  const mpi::Communicator& comm;
  DataPart data, held_out;
  Trainer trainer;

  Training(const mpi::Communicator& ranks, const Settings& settings, std::uint64_t n_rows)
      : comm(ranks), data(drawn_data(comm, ising_3x3(2.5), 9, n_rows)),
        held_out(drawn_data(comm, ising_3x3(2.5), 9, 77)), trainer(comm, data, settings, &held_out) {}

  SavedState state_after(int n_steps) {
    for (int step = 0; step < n_steps; ++step) trainer.advance();
    MemorySink sink(comm);
    trainer.save(sink);
    return sink.state();
  }
  Trained continued(const SavedState& state) {
    MemorySource source(state);
    trainer.load(source);
    return finished();
  }
  Trained finished() {
    while (!trainer.done()) trainer.advance();
    return result_of(trainer);
  }
};

Trained trained(const mpi::Communicator& comm, const Settings& settings, std::uint64_t n_rows = 430) {
  return Training(comm, settings, n_rows).finished();
}

} // namespace

TEST(Trainer, GivesTheSameBitsOnEveryRankCount) {
  const auto alone = mpi::Communicator::self();
  for (const auto& [name, settings] : variants())
    EXPECT_EQ(trained(test_world(), settings), trained(alone, settings)) << name;
}

TEST(Trainer, GivesTheSameBitsWhereRanksHaveNoSamples) {
  const auto alone = mpi::Communicator::self();
  for (const auto& [name, settings] : small_batches())
    EXPECT_EQ(trained(test_world(), settings, 80), trained(alone, settings, 80)) << name;
}

// Such a comparison sees the last bit of a float. (What makes sums depend on the ranks, means off the grid,
// is injected in gradient_test.)
TEST(Trainer, AnotherLearningRateGivesOtherBits) {
  Settings settings = base_settings();
  const Trained first = trained(test_world(), settings);
  settings.update.learning_rate = std::nextafter(0.05F, 1.0F);
  EXPECT_NE(trained(test_world(), settings), first);
}

TEST(Trainer, ContinuesBitForBitFromTheMiddleOfAnEpoch) {
  const auto alone = mpi::Communicator::self();
  for (const auto& [name, settings] : variants()) {
    const SavedState of_all = Training(test_world(), settings, 430).state_after(13);
    const Trained whole = trained(alone, settings);
    EXPECT_EQ(Training(alone, settings, 430).continued(of_all), whole) << name;
    EXPECT_EQ(Training(test_world(), settings, 430).continued(of_all), whole) << name;
  }
}

// The first batch after the interruption is the last of the epoch, of two samples: some ranks have none.
TEST(Trainer, ContinuesOnMoreRanksThanTheNextBatchHasSamples) {
  const auto alone = mpi::Communicator::self();
  for (const auto& [name, settings] : variants()) {
    const SavedState of_one = Training(alone, settings, 52).state_after(1);
    EXPECT_EQ(Training(test_world(), settings, 52).continued(of_one), trained(alone, settings, 52)) << name;
  }
}

// Where precision = auto would be another one: on a machine with other matrix units.
TEST(Trainer, EndsInThePrecisionItBeganWith) {
  Settings rounded = base_settings();
  rounded.precision = rbm::Precision::bfloat16;
  const SavedState begun = Training(test_world(), rounded, 430).state_after(13);
  EXPECT_EQ(Training(test_world(), base_settings(), 430).continued(begun), trained(test_world(), rounded));
  EXPECT_NE(trained(test_world(), base_settings()), trained(test_world(), rounded));
}

TEST(Trainer, LeavesSnapshotsThatAreShorterRuns) {
  for (auto [name, settings] : variants()) {
    settings.epochs = 5;
    settings.snapshots = {1, 3, 5, 9};
    const auto snapshots = trained(test_world(), settings).snapshots;
    ASSERT_EQ(snapshots.size(), 3U) << name;
    for (const std::size_t i : {0U, 1U, 2U}) {
      settings.epochs = settings.snapshots[i];
      EXPECT_EQ(trained(test_world(), settings).machine, snapshots[i])
          << name << ", epoch " << settings.epochs;
    }
    EXPECT_NE(snapshots[0], snapshots[1]) << name;
  }
}

TEST(Trainer, ComesCloserToTheIsingDistribution) {
  const std::vector<double> p = ising_3x3(2.5);
  const DataPart data = drawn_data(test_world(), p, 9, 2000);
  for (const Algorithm algorithm : {Algorithm::cd, Algorithm::pcd}) {
    Settings settings = base_settings();
    settings.algorithm = algorithm;
    settings.epochs = 40;
    Trainer trainer(test_world(), data, settings);
    const double before = rbm::kl_divergence(p, trainer.machine());
    while (!trainer.done()) trainer.advance();
    const double after = rbm::kl_divergence(p, trainer.machine());
    EXPECT_GT(before, 1.0);
    EXPECT_LT(after, 0.25 * before);
  }
}

TEST(Trainer, ReportsDivergenceWithEpochAndBatchAndKeepsTheLastEpoch) {
  const DataPart data = drawn_data(test_world(), ising_3x3(2.5), 9, 430);
  Settings settings = base_settings();
  settings.update.learning_rate = 1e6;
  Trainer trainer(test_world(), data, settings);
  try {
    while (!trainer.done()) trainer.advance();
    FAIL() << "no divergence was reported";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::numerical);
    EXPECT_NE(error.message().find("epoch 1, batch 1"), std::string::npos) << error.message();
  }
  ASSERT_TRUE(trainer.divergence());
  EXPECT_EQ(trainer.divergence()->epoch, 1U);
  EXPECT_EQ(trainer.divergence()->batch, 1U);
  EXPECT_TRUE(trainer.machine().all_finite());
  EXPECT_LT(std::abs(trainer.machine().weights(0, 0)), 1.0F);
}

TEST(Batches, HoldEveryRowOnceAnEpochInAnotherOrder) {
  DataPart data{RowFormat::floats, 1, 23, {}};
  const auto held = mpi::block_range(23, test_world().rank(), test_world().size());
  data.bytes = Array<std::uint8_t, 2>({held.size(), 4});
  for (std::uint64_t row = held.first; row < held.last; ++row) {
    const auto value = static_cast<float>(row);
    std::memcpy(data.bytes.row(row - held.first).data(), &value, 4);
  }
  Batches batches(test_world(), data, 5, rng::Generator(1, rng::StreamId::test, 0));
  std::vector<std::vector<float>> orders;
  for (std::uint64_t epoch = 0; epoch < 2; ++epoch) {
    batches.start_epoch(epoch);
    std::vector<float> order;
    for (std::uint64_t m = 0; m < batches.n_batches(); ++m) {
      Array<float, 2> mine({batches.part(m).size(), 1});
      batches.read(m, 0.0F, mine.view());
      const auto all = test_world().gather_all<float>(std::as_const(mine).flat());
      EXPECT_EQ(all.size(), batches.n_samples(m));
      order.insert(order.end(), all.begin(), all.end());
    }
    orders.push_back(order);
    std::ranges::sort(order);
    for (std::size_t i = 0; i < 23; ++i) EXPECT_EQ(order[i], static_cast<float>(i));
  }
  EXPECT_NE(orders[0], orders[1]);
}

TEST(Stack, DataAboveAreTheHiddenMeansAndTheirSamples) {
  rbm::Machine machine(rbm::Units::binary, 9, 4);
  for (std::size_t i = 0; i < machine.weights.size(); ++i)
    machine.weights.flat()[i] = 0.3F * std::sin(static_cast<float>(i));
  const DataPart data = drawn_data(test_world(), ising_3x3(2.5), 9, 100);
  const auto held = mpi::block_range(100, test_world().rank(), test_world().size());
  const rng::Generator draws(1, rng::StreamId::test, 9);
  const DataPart means = hidden_data(data, held.first, machine, StackInput::probabilities, draws);
  const DataPart samples = hidden_data(data, held.first, machine, StackInput::samples, draws);
  std::vector<float> visible(9), above(4);
  std::vector<double> fields(4);
  for (std::size_t row = 0; row < held.size(); ++row) {
    read_row(RowFormat::bits, data.bytes.row(row), 0.0F, visible);
    rbm::hidden_fields(machine, visible, fields);
    read_row(means.format, means.bytes.row(row), 0.0F, above);
    for (std::size_t j = 0; j < 4; ++j) {
      const double mean = rbm::mean_value(machine.units, fields[j]);
      EXPECT_NEAR(above[j], mean, 2e-5);
      const auto global = static_cast<std::uint64_t>(held.first + row);
      const std::uint64_t word = draws.word(0, (global * 16 + j) / 2);
      const auto half = static_cast<std::uint32_t>(j % 2 == 0 ? word : word >> 32);
      EXPECT_EQ(samples.bytes(row, 0) >> j & 1, ((half >> 9) + 0.5) / (1 << 23) < mean ? 1 : 0);
    }
  }
}
