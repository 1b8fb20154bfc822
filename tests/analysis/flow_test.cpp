// Flows of a machine small enough to enumerate.

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <span>

#include "blockspin/analysis/flow.hpp"
#include "blockspin/analysis/labelled_sample.hpp"
#include "blockspin/rbm/enumeration.hpp"
#include "support/memory_state.hpp"
#include "support/world.hpp"

using namespace blockspin;

namespace {

constexpr std::uint64_t n_walkers = 4000;
const lattice::Geometry geometry({3, 3});

rng::Generator stream(rng::StreamId id) { return {5, id, rng::instance_number("flow.test")}; }

rbm::Machine make_machine(rbm::Units units) {
  rbm::Machine machine(units, 9, 4);
  const rng::Generator g = stream(rng::StreamId::test);
  for (std::size_t i = 0; i < 36; ++i) machine.weights.flat()[i] = static_cast<float>(0.25 * g.normal(0, i));
  for (std::size_t i = 0; i < 9; ++i)
    machine.visible_bias[i] = static_cast<float>(0.2 + 0.1 * g.normal(1, i));
  return machine;
}

analysis::Thermometer make_thermometer() {
  const std::vector<double> temperature = {0.0, 2.0, 4.0};
  const analysis::NetworkShape shape{9, 5, 3};
  std::vector<double> parameters(shape.n_parameters());
  for (std::size_t i = 0; i < parameters.size(); ++i)
    parameters[i] = stream(rng::StreamId::test).normal(2, i);
  return {temperature, analysis::Network(shape, parameters), nullptr};
}

analysis::Flow make_flow(const mpi::Communicator& comm, const std::vector<rbm::Machine>& stack,
                         const analysis::Thermometer& thermometer, std::uint64_t n_steps,
                         analysis::Dynamics dynamics, std::uint64_t n_states = 512,
                         const std::vector<std::uint64_t>& told = {}) {
  const mpi::Range mine = analysis::items_of_rank(n_walkers, analysis::walker_block, comm);
  Array<float, 3> start(
      {2, mine.size(), 9}); // all up, and random states of which walker i has number i mod n_states
  for (std::uint64_t i = 0; i < mine.size(); ++i) {
    const std::uint64_t state = stream(rng::StreamId::test).word(3, (mine.first + i) % n_states);
    for (std::size_t s = 0; s < 9; ++s) {
      start(0, i, s) = 1.0F;
      start(1, i, s) = (state >> s & 1) != 0 ? 1.0F : -1.0F;
    }
  }
  return {comm,
          stack,
          geometry,
          thermometer,
          {n_walkers, n_steps, dynamics, 0.0, dynamics == analysis::Dynamics::sampled, told},
          {stream(rng::StreamId::flow_hidden), stream(rng::StreamId::flow_visible)},
          std::move(start)};
}

struct Exact {
  double energy = 0, abs_magnetization = 0, excess = 0;
};

/// Expectations of the machine's exact visible distribution.
Exact exact_means(const rbm::Machine& machine) {
  const analysis::WalkerMeasurement measurement(geometry, 0.0);
  const std::vector<double> p = rbm::visible_distribution(machine);
  std::vector<float> spins(9);
  std::vector<double> correlation(measurement.n_distances() + 1);
  Exact exact;
  for (std::uint64_t state = 0; state < p.size(); ++state) {
    rbm::set_state(state, rbm::Units::spin, spins);
    const auto values = measurement.measure(spins, correlation);
    exact.energy += p[state] * values.energy;
    exact.abs_magnetization += p[state] * std::abs(values.magnetization);
    exact.excess += p[state] * values.excess();
  }
  return exact;
}

/// Worst deviation, in standard errors, of 2 starts x 3 quantities after 30 steps: beyond 5.5 by chance once
/// in 4 10^6.
double worst_pull(rbm::Units units, const rbm::Machine& truth) {
  const auto thermometer = make_thermometer();
  auto flow = make_flow(test_world(), {make_machine(units)}, thermometer, 30, analysis::Dynamics::sampled);
  while (!flow.done()) flow.advance();
  const auto records = flow.records();
  const Exact exact = exact_means(truth);
  double worst = 0;
  const auto look = [&](const analysis::FlowSeries& series, double expected) {
    for (std::size_t start = 0; start < 2; ++start)
      worst = std::max(worst, std::abs(series.mean(start, 30) - expected) / series.error(start, 30));
  };
  look(records.energy, exact.energy);
  look(records.abs_magnetization, exact.abs_magnetization);
  look(records.nearest_neighbour_excess, exact.excess);
  return worst;
}

void expect_same_bits(const analysis::FlowRecords& a, const analysis::FlowRecords& b) {
  EXPECT_EQ(a.temperature_distribution, b.temperature_distribution);
  EXPECT_EQ(a.correlation, b.correlation);
  EXPECT_EQ(a.correlation_error, b.correlation_error);
  EXPECT_EQ(a.mean_temperature.mean, b.mean_temperature.mean);
  EXPECT_EQ(a.mean_temperature.error, b.mean_temperature.error);
  EXPECT_EQ(a.peak_temperature.error, b.peak_temperature.error);
  EXPECT_EQ(a.energy.mean, b.energy.mean);
  EXPECT_EQ(a.abs_magnetization.error, b.abs_magnetization.error);
  ASSERT_EQ(a.couplings.size(), b.couplings.size());
  // Bytes, as NaN (all spins up determine no couplings) is not equal to itself.
  EXPECT_TRUE(
      std::ranges::equal(std::as_bytes(std::span(a.couplings)), std::as_bytes(std::span(b.couplings))));
}

} // namespace

TEST(Flow, EndsInTheMachinesOwnDistribution) {
  EXPECT_LT(worst_pull(rbm::Units::spin, make_machine(rbm::Units::spin)), 5.5);
  EXPECT_LT(worst_pull(rbm::Units::binary, make_machine(rbm::Units::binary)), 5.5);
}

TEST(Flow, AnotherMachinesDistributionIsToldApart) {
  rbm::Machine wrong = make_machine(rbm::Units::spin);
  for (float& b : wrong.visible_bias) b += 0.1F;
  EXPECT_GT(worst_pull(rbm::Units::spin, wrong), 5.5);
}

TEST(Flow, IsTheSameBitsForEveryRankCountInEveryDynamics) {
  const auto thermometer = make_thermometer();
  const auto alone = mpi::Communicator::self();
  rbm::Machine upper(rbm::Units::spin, 4, 2);
  for (std::size_t i = 0; i < 8; ++i) upper.weights.flat()[i] = 0.1F * static_cast<float>(i);
  const std::vector<rbm::Machine> stack = {make_machine(rbm::Units::spin), upper};
  for (const auto dynamics : {analysis::Dynamics::sampled, analysis::Dynamics::mean_field_hidden,
                              analysis::Dynamics::mean_field, analysis::Dynamics::rounded}) {
    auto on_all = make_flow(test_world(), stack, thermometer, 3, dynamics);
    auto on_one = make_flow(alone, stack, thermometer, 3, dynamics);
    while (!on_all.done()) on_all.advance();
    while (!on_one.done()) on_one.advance();
    expect_same_bits(on_all.records(), on_one.records());
  }
}

// Eight walkers a state: at first they are one, and after thirty steps of noise they are eight. The scatter of
// 500 parts is known to 3 %, of the couplings' 125 blocks to 6 %; bounds are more than six of these.
TEST(Flow, WalkersThatShareTheirStartCountTogether) {
  const auto thermometer = make_thermometer();
  const std::vector<rbm::Machine> stack = {make_machine(rbm::Units::spin)};
  const auto run = [&](const mpi::Communicator& comm, const std::vector<std::uint64_t>& told) {
    auto flow = make_flow(comm, stack, thermometer, 30, analysis::Dynamics::sampled, 500, told);
    while (!flow.done()) flow.advance();
    return flow.records();
  };
  const auto plain = run(test_world(), {}), shared = run(test_world(), {n_walkers, 500});
  EXPECT_EQ(shared.energy.mean, plain.energy.mean);
  EXPECT_EQ(shared.energy.error(0, 7), plain.energy.error(0, 7));
  const double at_first = std::sqrt(8.0 * 500 / 499 * (n_walkers - 1) / n_walkers);
  const auto ratio = [&](const analysis::FlowSeries analysis::FlowRecords::*series, std::size_t step) {
    return (shared.*series).error(1, step) / (plain.*series).error(1, step);
  };
  for (const auto series : {&analysis::FlowRecords::energy, &analysis::FlowRecords::abs_magnetization,
                            &analysis::FlowRecords::mean_temperature}) {
    EXPECT_NEAR(ratio(series, 0), at_first, 1e-6); // the twin of what follows: of one walker a state
    EXPECT_NEAR(ratio(series, 30), 1, 0.2);
  }
  const auto coupling_ratio = [&](std::size_t step) { // 31 records a start
    return shared.couplings[31 + step].error[0] / plain.couplings[31 + step].error[0];
  };
  EXPECT_NEAR(coupling_ratio(0), at_first, 0.45 * at_first);
  EXPECT_NEAR(coupling_ratio(30), 1, 0.45);
  expect_same_bits(shared, run(mpi::Communicator::self(), {n_walkers, 500}));
}

// More states than parts: several states a part, and every walker of a state in the same.
TEST(SharedStarts, PartsShareNoState) {
  const analysis::SharedStarts starts(4000, 1300);
  EXPECT_EQ(starts.n_parts(), 434U); // three states each
  for (std::uint64_t walker = 0; walker + 1300 < 4000; ++walker)
    ASSERT_EQ(starts.part_of(walker), starts.part_of(walker + 1300));
  EXPECT_EQ(analysis::SharedStarts(4000, 1).n_parts(), 1U);
}

TEST(Flow, ResumesToTheSameBitsOnAnotherRankCount) {
  const auto thermometer = make_thermometer();
  const std::vector<rbm::Machine> stack = {make_machine(rbm::Units::spin)};
  auto whole = make_flow(test_world(), stack, thermometer, 6, analysis::Dynamics::sampled);
  MemorySink sink(test_world());
  for (int step = 1; !whole.done(); ++step) {
    whole.advance();
    if (step == 2) whole.save(sink);
  }
  const auto alone = mpi::Communicator::self();
  auto resumed = make_flow(alone, stack, thermometer, 6, analysis::Dynamics::sampled);
  MemorySource source(sink.state());
  resumed.load(source);
  while (!resumed.done()) resumed.advance();
  expect_same_bits(resumed.records(), whole.records());
}

TEST(WalkerMeasurement, KnowsAlignedAlternatingAndLatticeBlindStates) {
  const lattice::Geometry square({4, 4});
  const analysis::WalkerMeasurement measurement(square, 0.5);
  std::vector<float> spins(16, 1.0F);
  std::vector<double> correlation(measurement.n_distances() + 1);
  auto up = measurement.measure(spins, correlation);
  EXPECT_DOUBLE_EQ(up.energy, -2.5);
  EXPECT_DOUBLE_EQ(up.excess(), 0.0);
  for (std::size_t s = 0; s < 16; ++s) spins[s] = (s / 4 + s % 4) % 2 == 0 ? 1.0F : -1.0F;
  const auto alternating = measurement.measure(spins, correlation);
  EXPECT_DOUBLE_EQ(alternating.energy, 2.0);
  EXPECT_DOUBLE_EQ(alternating.magnetization, 0.0);
  EXPECT_EQ(correlation, (std::vector<double>{1.0, -1.0, 1.0}));
  EXPECT_DOUBLE_EQ(alternating.pair_correlation, -1.0 / 15);
}
