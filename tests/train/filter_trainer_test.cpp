// Training of a filter: the same bits on every rank count and through interruptions; divergence is reported.

#include <gtest/gtest.h>

#include "blockspin/base/error.hpp"
#include "support/memory_state.hpp"
#include "support/world.hpp"
#include "train/small_filter.hpp"

using namespace blockspin;
using namespace blockspin::train;

namespace {

FilterSettings short_training(bool persistent, OptimiserKind optimiser, std::uint64_t batch) {
  FilterSettings settings;
  settings.side = 3;
  settings.bias = persistent;
  settings.persistent = persistent;
  settings.update.optimiser = optimiser;
  settings.update.momentum = optimiser == OptimiserKind::sgd ? 0.5 : 0.0;
  settings.update.learning_rate = 0.05;
  settings.batch = batch;
  settings.epochs = 3;
  settings.seed = 4;
  return settings;
}

std::vector<FilterSettings> variants() {
  std::vector<FilterSettings> all;
  for (const bool persistent : {false, true})
    for (const OptimiserKind optimiser : {OptimiserKind::sgd, OptimiserKind::adam})
      for (const std::uint64_t batch : {20U, 3U}) all.push_back(short_training(persistent, optimiser, batch));
  return all;
}

struct Trained {
  ising::BlockFilter filter;
  std::vector<double> history;
  bool operator==(const Trained&) const = default;
};

struct Training {
  DataPart data;
  FilterTrainer trainer;
  const mpi::Communicator& comm;

  Training(const mpi::Communicator& ranks, const FilterSettings& settings)
      : data(coded_data(ranks, 64)), trainer(ranks, data, small_lattice(), settings), comm(ranks) {}

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
    Trained result{trainer.filter(), {}};
    for (const EpochRecord& record : trainer.history())
      for (const double x :
           {record.reconstruction_error, record.gradient_norm, record.weight_norm, record.learning_rate})
        result.history.push_back(x);
    return result;
  }
};

} // namespace

TEST(FilterTrainer, GivesTheSameBitsOnEveryRankCount) {
  const auto alone = mpi::Communicator::self();
  for (const FilterSettings& settings : variants())
    EXPECT_EQ(Training(test_world(), settings).finished(), Training(alone, settings).finished());
}

// Such a comparison sees the last bit of a float.
TEST(FilterTrainer, AnotherLearningRateGivesOtherBits) {
  FilterSettings settings = short_training(false, OptimiserKind::adam, 20);
  const Trained first = Training(test_world(), settings).finished();
  settings.update.learning_rate = std::nextafter(0.05F, 1.0F);
  EXPECT_NE(Training(test_world(), settings).finished(), first);
}

TEST(FilterTrainer, ContinuesBitForBitFromTheMiddleOfAnEpoch) {
  const auto alone = mpi::Communicator::self();
  for (const FilterSettings& settings : variants()) {
    const Trained whole = Training(alone, settings).finished();
    for (const int steps : {0, 2, 5}) {
      const SavedState state = Training(test_world(), settings).state_after(steps);
      EXPECT_EQ(Training(test_world(), settings).continued(state), whole);
      EXPECT_EQ(Training(alone, settings).continued(state), whole);
    }
  }
}

TEST(FilterTrainer, TellsTheEpochsOfAState) {
  for (const auto& [steps, epochs] : {std::pair(0, 0U), {2, 1U}, {4, 1U}, {5, 2U}}) {
    const SavedState state =
        Training(test_world(), short_training(false, OptimiserKind::adam, 20)).state_after(steps);
    MemorySource source(state);
    EXPECT_EQ(FilterTrainer::saved_epochs(source), epochs) << steps;
  }
}

// With the energy - K sum v v of the data at hand the filter learns their domains: all of one sign.
TEST(FilterTrainer, LearnsThatNeighboursAreEqual) {
  FilterSettings settings = short_training(false, OptimiserKind::adam, 20);
  settings.side = 2;
  settings.epochs = 60;
  DataPart data = coded_data(test_world(), 64);
  for (std::uint8_t& byte : data.bytes.flat()) byte = byte < 128 ? 0x00 : 0xFF;
  FilterTrainer trainer(test_world(), data, small_lattice(), settings);
  while (!trainer.done()) trainer.advance();
  const ising::BlockFilter filter = ising::oriented(trainer.filter());
  for (const float w : filter.weights) EXPECT_GT(w, 0.3F);
  EXPECT_LT(trainer.history().back().reconstruction_error,
            0.5 * trainer.history().front().reconstruction_error);
  EXPECT_EQ(filter.hidden_bias, 0.0F);
  EXPECT_EQ(filter.visible_bias, 0.0F);
}

TEST(FilterTrainer, ReportsDivergence) {
  FilterSettings settings = short_training(false, OptimiserKind::sgd, 20);
  settings.update.learning_rate = 1e9;
  Training training(test_world(), settings);
  try {
    training.finished();
    FAIL() << "no divergence was reported";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::numerical);
    EXPECT_TRUE(error.agreed());
    EXPECT_NE(error.message().find("epoch 1"), std::string::npos);
  }
}
