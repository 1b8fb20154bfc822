#include <cmath>
#include <memory>

#include <gtest/gtest.h>

#include "blockspin/analysis/reconstruction.hpp"
#include "support/broken_off.hpp"
#include "support/world.hpp"

using namespace blockspin;
using namespace blockspin::analysis;

namespace {

constexpr std::uint64_t n_configurations = 300; // four blocks of 64 and a rest
constexpr std::size_t n_temperatures = 2, n_sites = 36, n_levels = 3;
const lattice::Geometry square({6, 6});

rng::Generator random_numbers(const char* name) {
  return {5, rng::StreamId::test, rng::instance_number(name)};
}

std::vector<rbm::Machine> make_stack() {
  std::vector<rbm::Machine> stack{rbm::Machine(rbm::Units::spin, n_sites, 9),
                                  rbm::Machine(rbm::Units::spin, 9, 4)};
  std::uint64_t sequence = 0;
  for (rbm::Machine& machine : stack) {
    for (std::size_t i = 0; i < machine.weights.size(); ++i)
      machine.weights.flat()[i] = static_cast<float>(0.4 * random_numbers("weights").normal(sequence, i));
    ++sequence;
  }
  return stack;
}

/// Configuration i of temperature t: mostly up at 0, random at 1.
std::vector<float> configuration(std::size_t t, std::uint64_t i) {
  std::vector<float> spins(n_sites);
  for (std::size_t site = 0; site < n_sites; ++site)
    spins[site] =
        random_numbers("spins").uniform(t, i * n_sites + site) < (t == 0 ? 0.85 : 0.5) ? 1.0F : -1.0F;
  return spins;
}

Array<std::uint8_t, 2> packed(std::size_t t, mpi::Range range) {
  Array<std::uint8_t, 2> all({range.size(), packed_bytes(n_sites)});
  for (std::uint64_t i = range.first; i < range.last; ++i)
    pack(configuration(t, i), all.row(i - range.first));
  return all;
}

/// A reconstruction with all that it borrows.
struct Work {
  std::vector<rbm::Machine> machines = make_stack();
  StackPass stack{machines, rbm::Rule::sampled, {random_numbers("up"), random_numbers("down")}};
  PassMeasurement measurement{square, 0.0, machines, 2};

  std::unique_ptr<Reconstruction> make(const mpi::Communicator& comm, std::uint64_t n_at_a_time) const {
    return std::make_unique<Reconstruction>(
        comm, ReconstructionPlan{stack, measurement, n_sites, n_temperatures, n_configurations, n_at_a_time},
        packed);
  }
  std::unique_ptr<Reconstruction> done(const mpi::Communicator& comm, std::uint64_t n_at_a_time) const {
    return run_through([&](const SafePoint&) { return make(comm, n_at_a_time); });
  }
};

/// Of every level, what a passed configuration has: one value a quantity, from the definition.
double measured(PassQuantity quantity, std::span<const float> data, std::span<const float> spins) {
  double overlap = 0, bonds = 0, sum = 0;
  for (std::size_t site = 0; site < n_sites; ++site) {
    overlap += static_cast<double>(data[site]) * spins[site];
    sum += spins[site];
    for (int axis = 0; axis < 2; ++axis)
      bonds += static_cast<double>(spins[site]) * spins[square.neighbour(site, axis, true)];
  }
  const double n = n_sites;
  if (quantity == PassQuantity::overlap) return overlap / n;
  if (quantity == PassQuantity::energy) return -bonds / n;
  if (quantity == PassQuantity::abs_magnetization) return std::abs(sum) / n;
  return bonds / (2 * n) - (sum * sum - n) / (n * (n - 1)); // the excess
}

/// Mean and standard error over all configurations of one temperature, each passed on its own.
std::pair<double, double> direct(const Work& work, PassQuantity quantity, std::size_t level, std::size_t t) {
  double sum = 0, squares = 0;
  for (std::uint64_t i = 0; i < n_configurations; ++i) {
    const auto data = configuration(t, i);
    const auto passed = work.stack.pass({data.data(), {1, n_sites}}, i, t);
    const auto spins = level == 0 ? std::span<const float>(data) : passed.reconstruction[level - 1].flat();
    const double x = measured(quantity, data, spins);
    sum += x;
    squares += x * x;
  }
  const double n = n_configurations;
  return {sum / n, std::sqrt((squares - sum * sum / n) / (n * (n - 1)))};
}

void expect_same_bits(const Reconstruction& a, const Reconstruction& b) {
  for (const auto quantity : {PassQuantity::overlap, PassQuantity::energy, PassQuantity::domain_overlap,
                              PassQuantity::correlation}) {
    EXPECT_EQ(a.table(quantity).mean, b.table(quantity).mean);
    EXPECT_EQ(a.table(quantity).error, b.table(quantity).error);
  }
  EXPECT_EQ(a.table(HiddenQuantity::neighbour_excess).mean, b.table(HiddenQuantity::neighbour_excess).mean);
}

} // namespace

TEST(Reconstruction, MeasuresWhatBecomesOfEveryConfiguration) {
  const Work work;
  const auto steps = work.done(test_world(), 64);
  for (const auto quantity :
       {PassQuantity::overlap, PassQuantity::energy, PassQuantity::abs_magnetization, PassQuantity::excess}) {
    const PassTable table = steps->table(quantity);
    const std::size_t first = quantity == PassQuantity::overlap ? 1 : 0;
    ASSERT_EQ(table.extent, (std::vector<std::uint64_t>{n_levels - first, n_temperatures}));
    for (std::size_t level = first; level < n_levels; ++level)
      for (std::size_t t = 0; t < n_temperatures; ++t) {
        const auto [mean, error] = direct(work, quantity, level, t);
        const std::size_t at = (level - first) * n_temperatures + t;
        EXPECT_NEAR(table.mean[at], mean, 1e-12);
        EXPECT_NEAR(table.error[at], error, 1e-10);
      }
  }
  const auto overlap = steps->table(PassQuantity::overlap);
  EXPECT_GT(std::abs(overlap.mean[0] - overlap.mean[1]), 1e-3) << "the twin: temperatures exchanged";
}

TEST(Reconstruction, TablesOfDistancesAndLayersHaveTheirShapes) {
  const Work work;
  const auto steps = work.done(test_world(), 64);
  const PassTable correlation = steps->table(PassQuantity::correlation);
  EXPECT_EQ(correlation.extent, (std::vector<std::uint64_t>{n_levels, n_temperatures, 4}));
  const PassTable energy = steps->table(PassQuantity::energy);
  for (std::size_t row = 0; row < n_levels * n_temperatures; ++row) {
    EXPECT_EQ(correlation.mean[4 * row], 1) << "spins with themselves";
    EXPECT_NEAR(-2 * correlation.mean[4 * row + 1], energy.mean[row], 1e-12);
  }
  const PassTable hidden = steps->table(HiddenQuantity::abs_magnetization);
  EXPECT_EQ(hidden.extent, (std::vector<std::uint64_t>{n_levels - 1, n_temperatures}));
}

TEST(Reconstruction, PlainCodesOfTheLayersSizesStandBeside) {
  const Work work;
  const auto steps = work.done(test_world(), 64);
  for (const Code code : {Code::blocks, Code::modes}) {
    const PassTable table = steps->table(code, CodeQuantity::overlap);
    ASSERT_EQ(table.extent, (std::vector<std::uint64_t>{n_levels - 1, n_temperatures}));
    for (std::size_t layer = 0; layer + 1 < n_levels; ++layer)
      for (std::size_t t = 0; t < n_temperatures; ++t) {
        const PlainCode alone(square, code, work.machines[layer].n_hidden());
        double sum = 0;
        for (std::uint64_t i = 0; i < n_configurations; ++i) {
          const auto data = configuration(t, i);
          sum += measured(PassQuantity::overlap, data, alone.passed(data));
        }
        EXPECT_NEAR(table.mean[layer * n_temperatures + t], sum / n_configurations, 1e-12);
      }
    EXPECT_GT(table.mean[0], table.mean[n_temperatures]) << "the twin: layers exchanged";
    EXPECT_GT(steps->table(code, CodeQuantity::domain_overlap).mean[1], table.mean[1])
        << "domains of random spins are kept better than spins are";
  }
}

TEST(Reconstruction, ExamplesAreTheFirstConfigurationsLevelByLevel) {
  const Work work;
  const auto steps = work.done(test_world(), 2);
  std::size_t n_safe_points = 0;
  const auto examples = steps->examples(3, [&] { ++n_safe_points; });
  ASSERT_EQ(examples.size(), n_temperatures * n_levels * 3 * n_sites);
  EXPECT_EQ(n_safe_points, 2 * n_temperatures) << "two at a time";
  for (std::uint64_t i = 0; i < 3; ++i) {
    const auto data = configuration(1, i);
    const auto passed = work.stack.pass({data.data(), {1, n_sites}}, i, 1);
    for (std::size_t site = 0; site < n_sites; ++site) {
      EXPECT_EQ(examples[((n_levels * 1 + 0) * 3 + i) * n_sites + site], data[site]);
      EXPECT_EQ(examples[((n_levels * 1 + 2) * 3 + i) * n_sites + site], passed.reconstruction[1](0, site));
    }
  }
}

TEST(Reconstruction, IsTheSameBitsForEveryRankCountAndStep) {
  const Work work;
  const auto alone = mpi::Communicator::self();
  expect_same_bits(*work.done(test_world(), 64), *work.done(alone, 7));
}

TEST(Reconstruction, BrokenOffAnywhereEndsAsIfLeftAloneOnAnyRankCount) {
  const Work work;
  const auto alone = mpi::Communicator::self();
  const auto whole = work.done(alone, 16);
  for (const std::size_t n : {0U, 1U, 4U, 9U}) {
    const auto make = [&](const SafePoint&) { return work.make(test_world(), 16); };
    expect_same_bits(*run_broken_off(test_world(), n, make), *whole);
  }
  auto some = work.make(test_world(), 16); // on all ranks, then on one
  for (int step = 0; step < 3; ++step) some->advance();
  const SavedState state = state_of(test_world(), *some);
  auto rest = work.make(alone, 16);
  MemorySource source(state);
  rest->load(source);
  while (!rest->done()) rest->advance();
  expect_same_bits(*rest, *whole);
}
