// A translation-invariant machine against the machine with a weight for every pair of units, and its training
// against enumeration of 4x4 spins.

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/rbm/enumeration.hpp"
#include "train/small_filter.hpp"

using namespace blockspin;
using namespace blockspin::train;

namespace {

Array<float, 2> random_spins(std::size_t n, std::size_t n_units, std::uint64_t number) {
  const rng::Generator random(73, rng::StreamId::test, 2);
  Array<float, 2> spins({n, n_units});
  for (std::size_t k = 0; k < spins.size(); ++k)
    spins.flat()[k] = random.uniform(number, k) < 0.5 ? -1.0F : 1.0F;
  return spins;
}

/// Means on the grid of the gradient.
Array<float, 2> random_means(std::size_t n, std::size_t n_units) {
  const rng::Generator random(74, rng::StreamId::test, 2);
  Array<float, 2> means({n, n_units});
  for (std::size_t k = 0; k < means.size(); ++k)
    means.flat()[k] = static_cast<float>(random.below(0, k, 65537)) / 32768.0F - 1.0F;
  return means;
}

/// The units of every row moved by `step` along each axis of their lattice.
Array<float, 2> moved(const Array<float, 2>& rows, const ising::RowLattice& lattice, std::uint64_t step) {
  Array<float, 2> to({rows.extent(0), rows.extent(1)});
  for (std::uint64_t site = 0; site < lattice.n_sites(); ++site) {
    std::uint64_t left = site, target = 0, stride = 1;
    for (int axis = lattice.n_dimensions() - 1; axis >= 0; --axis) {
      target += (left % lattice.extent(axis) + step) % lattice.extent(axis) * stride;
      left /= lattice.extent(axis);
      stride *= lattice.extent(axis);
    }
    for (std::size_t row = 0; row < rows.extent(0); ++row) to(row, target) = rows(row, site);
  }
  return to;
}

struct Case {
  std::vector<std::uint64_t> extents;
  unsigned side, stride;
};
const std::vector<Case>& cases() {
  static const std::vector<Case> all = {{{4, 4}, 2, 2},   {{4, 4}, 3, 2}, {{8, 8}, 8, 2},   {{6, 12}, 5, 3},
                                        {{64, 64}, 3, 2}, {{18}, 4, 2},   {{4, 6, 8}, 3, 2}};
  return all;
}

FilterMachine machine_of(const Case& c, double size = 0.5) {
  return FilterMachine(ising::RowLattice(c.extents), random_filter(c.extents.size(), c.side, c.stride, size));
}

} // namespace

TEST(FilterMachine, FieldsAreThoseOfTheMachineWithAllWeights) {
  for (const Case& c : cases()) {
    const FilterMachine machine = machine_of(c);
    const rbm::Machine dense = dense_machine(c.extents, machine.filter);
    const std::size_t n = 45;
    const auto visible = random_spins(n, machine.n_visible(), 1),
               hidden = random_spins(n, machine.n_hidden(), 2);
    Array<float, 2> hidden_fields({n, machine.n_hidden()}), visible_fields({n, machine.n_visible()});
    machine.hidden_fields(visible, hidden_fields);
    machine.visible_fields(hidden, visible_fields);
    std::vector<double> of_hidden(machine.n_hidden()), of_visible(machine.n_visible());
    for (std::size_t row = 0; row < n; ++row) {
      rbm::hidden_fields(dense, visible.row(row), of_hidden);
      rbm::visible_fields(dense, hidden.row(row), of_visible);
      for (std::size_t j = 0; j < of_hidden.size(); ++j)
        ASSERT_NEAR(hidden_fields(row, j), of_hidden[j], 2e-5);
      for (std::size_t i = 0; i < of_visible.size(); ++i)
        ASSERT_NEAR(visible_fields(row, i), of_visible[i], 2e-5);
    }
  }
}

TEST(FilterMachine, ATranslationByTheStrideChangesNoBit) {
  for (const Case& c : cases()) {
    const FilterMachine machine = machine_of(c);
    const ising::RowLattice fine(c.extents), coarse = ising::FilterWindows(fine, c.side, c.stride).coarse();
    const std::size_t n = 7;
    const auto visible = random_spins(n, fine.n_sites(), 3), hidden = random_spins(n, coarse.n_sites(), 4);
    const auto means = random_means(n, coarse.n_sites());
    const auto up = [&](const Array<float, 2>& v) {
      Array<float, 2> fields({n, coarse.n_sites()});
      machine.hidden_fields(v, fields);
      return fields;
    };
    const auto down = [&](const Array<float, 2>& h) {
      Array<float, 2> fields({n, fine.n_sites()});
      machine.visible_fields(h, fields);
      return fields;
    };
    const auto gradient = [&](const Array<float, 2>& v, const Array<float, 2>& m) {
      FilterGradient sums(machine);
      sums.add(machine, v, m, 1.0);
      return std::vector<double>(sums.weights().begin(), sums.weights().end());
    };
    EXPECT_EQ(up(moved(visible, fine, c.stride)), moved(up(visible), coarse, 1));
    EXPECT_EQ(down(moved(hidden, coarse, 1)), moved(down(hidden), fine, c.stride));
    EXPECT_EQ(gradient(moved(visible, fine, c.stride), moved(means, coarse, 1)), gradient(visible, means));
    EXPECT_NE(up(moved(visible, fine, 1)), moved(up(visible), coarse, 1));
    EXPECT_NE(gradient(moved(visible, fine, 1), moved(means, coarse, 1)), gradient(visible, means));
  }
}

// On 64x64 one configuration has 1024 terms, more than are exact in one float sum.
TEST(FilterGradient, IsTheExactSumOverAllPairs) {
  for (const Case& c : cases()) {
    const FilterMachine machine = machine_of(c);
    const ising::FilterWindows windows(ising::RowLattice(c.extents), c.side, c.stride);
    const std::size_t n = 37;
    const auto visible = random_spins(n, machine.n_visible(), 5);
    const auto means = random_means(n, machine.n_hidden());
    FilterGradient sums(machine);
    sums.add(machine, visible, means, -1.0);
    for (std::size_t d = 0; d < machine.n_places(); ++d) {
      std::int64_t exact = 0; // in 2^-15
      for (std::size_t row = 0; row < n; ++row)
        for (std::size_t j = 0; j < machine.n_hidden(); ++j)
          exact -= std::llround(means(row, j) * 32768) * std::lround(visible(row, windows.site(j, d)));
      EXPECT_EQ(sums.weights()[d], static_cast<double>(exact) / 32768);
    }
    double spins = 0, hidden = 0;
    for (const float v : visible.flat()) spins -= v;
    for (const float m : means.flat()) hidden -= m;
    EXPECT_EQ(sums.visible_bias(), spins);
    EXPECT_EQ(sums.hidden_bias(), hidden);
  }
}

// Every element is the difference of two means over n_rows of values within [-1, 1]: standard deviation below
// sqrt(2 / n_rows). Beyond 9 / sqrt(n_rows), 6.4 of them, comes one with probability 2e-10; all 51 here: 1e-8.
constexpr double limit = 9.0;

/// The largest difference of the first update of a training from a gradient, in 1 / sqrt(n_rows).
double deviation(const FilterSettings& settings, const Tied& expected) {
  const auto comm = mpi::Communicator::self();
  const DataPart data = coded_data(comm, n_rows);
  FilterTrainer trainer(comm, data, small_lattice(), settings);
  const ising::BlockFilter before = trainer.filter();
  trainer.advance();
  const ising::BlockFilter& after = trainer.filter();
  double largest = std::max(std::abs(after.visible_bias - before.visible_bias - expected.visible_bias),
                            std::abs(after.hidden_bias - before.hidden_bias - expected.hidden_bias));
  for (std::size_t d = 0; d < expected.weights.size(); ++d)
    largest = std::max(largest, std::abs(after.weights[d] - before.weights[d] - expected.weights[d]));
  return largest * std::sqrt(static_cast<double>(n_rows));
}

rbm::Machine initial_dense(const FilterSettings& settings) {
  const auto comm = mpi::Communicator::self();
  const DataPart data = coded_data(comm, settings.batch);
  return dense_machine({4, 4}, FilterTrainer(comm, data, small_lattice(), settings).filter());
}

/// The gradient of a filter that is turned over.
Tied turned(Tied gradient) {
  std::ranges::reverse(gradient.weights);
  return gradient;
}

// Windows of 2x2 do not overlap, and a machine of one hidden spin forgets its data in one step but for their
// magnetisation: there the twin is a filter turned over. Windows of 3x3 overlap: the twin is another number of steps.
TEST(FilterTrainer, TheFirstUpdateIsThatOfContrastiveDivergence) {
  for (const unsigned side : {2U, 3U})
    for (const std::uint64_t steps : {1U, 2U}) {
      FilterSettings settings = one_update(side);
      settings.gibbs_steps = steps;
      const rbm::Machine dense = initial_dense(settings);
      const Tied expected = contrastive_divergence(dense, settings, steps);
      EXPECT_LT(deviation(settings, expected), limit);
      EXPECT_GT(deviation(settings, turned(expected)), limit);
      if (side == 2) continue;
      EXPECT_GT(deviation(settings, contrastive_divergence(dense, settings, 3 - steps)), limit);
    }
}

// Persistent chains of 60 steps have come to the model's distribution. The twin: they have not in one, and a filter
// turned over.
TEST(FilterTrainer, LongChainsGiveTheGradientOfTheLikelihood) {
  for (const unsigned side : {2U, 3U}) {
    FilterSettings settings = one_update(side);
    settings.persistent = true;
    settings.gibbs_steps = 60;
    const rbm::Machine dense = initial_dense(settings);
    const Tied expected = tied(rbm::log_likelihood_gradient(dense, coded_distribution()), settings);
    EXPECT_LT(deviation(settings, expected), limit);
    EXPECT_GT(deviation(settings, turned(expected)), limit);
    if (side == 2) continue;
    settings.gibbs_steps = 1;
    EXPECT_GT(deviation(settings, expected), limit);
  }
}
