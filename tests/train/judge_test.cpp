// What is found of machines in training, against sums over all states.

#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "blockspin/rbm/enumeration.hpp"
#include "blockspin/train/judge.hpp"
#include "rbm/small_machine.hpp"
#include "support/world.hpp"
#include "train/small_data.hpp"

using namespace blockspin;
using namespace blockspin::train;

namespace {

Settings judged_by(std::uint64_t configurations, std::uint64_t steps, rbm::Units units = rbm::Units::spin) {
  Settings settings;
  settings.units = units;
  settings.judge = {1, configurations, steps, {3, 3}, 0.25};
  settings.seed = 4;
  return settings;
}

/// ln sum_h exp(-E(v, h)), hidden state by hidden state.
double ln_weight(const rbm::Machine& machine, std::span<const float> visible) {
  std::vector<float> hidden(machine.n_hidden());
  double sum = 0.0;
  for (std::uint64_t h = 0; h < std::uint64_t{1} << machine.n_hidden(); ++h) {
    rbm::set_state(h, machine.units, hidden);
    sum += std::exp(-rbm::energy(machine, visible, hidden));
  }
  return std::log(sum);
}

/// ln p(v_i | rest) of every unit.
std::vector<double> ln_conditionals(const rbm::Machine& machine, std::vector<float> visible) {
  std::vector<double> all;
  const double here = ln_weight(machine, visible);
  for (float& value : visible) {
    const float before = value;
    value = before > 0.0F ? rbm::off_value(machine.units) : 1.0F;
    all.push_back(here - std::log(std::exp(here) + std::exp(ln_weight(machine, visible))));
    value = before;
  }
  return all;
}

/// Every row of the data, on every rank.
std::vector<std::vector<float>> all_rows(const std::vector<double>& p, std::size_t n_units,
                                         std::uint64_t n_rows, rbm::Units units) {
  const DataPart data = drawn_data(mpi::Communicator::self(), p, n_units, n_rows);
  std::vector<std::vector<float>> rows(n_rows, std::vector<float>(n_units));
  for (std::uint64_t r = 0; r < n_rows; ++r)
    read_row(RowFormat::bits, data.bytes.row(r), rbm::off_value(units), rows[r]);
  return rows;
}

double mean_over(const std::vector<std::vector<float>>& rows,
                 const std::function<double(const std::vector<float>&)>& of) {
  double sum = 0.0;
  for (const auto& row : rows) sum += of(row);
  return sum / static_cast<double>(rows.size());
}

/// Energy per spin of a 3x3 lattice in a field of 0.25; a unit above 0 is up.
double lattice_energy(const std::vector<float>& row) {
  const auto spin = [&](std::size_t y, std::size_t x) { return row[3 * (y % 3) + x % 3] > 0 ? 1.0 : -1.0; };
  double sum = 0.0;
  for (std::size_t y = 0; y < 3; ++y)
    for (std::size_t x = 0; x < 3; ++x)
      sum -= spin(y, x) * (spin(y, x + 1) + spin(y + 1, x)) + 0.25 * spin(y, x);
  return sum / 9.0;
}

double abs_magnetization(const std::vector<float>& row) {
  double sum = 0.0;
  for (const float value : row) sum += value > 0 ? 1.0 : -1.0;
  return std::abs(sum) / static_cast<double>(row.size());
}

Judgement judged(const rbm::Machine& machine, const Settings& settings, const DataPart& learned,
                 const DataPart* held_out = nullptr) {
  const Judge judge(test_world(), learned, held_out, settings);
  return judge(machine, rbm::GibbsSampler(machine), judge.data_starts(), 1);
}

} // namespace

TEST(Judge, FindsFreeEnergiesAndPseudoLikelihoodOfSmallMachinesExactly) {
  for (const auto units : {rbm::Units::spin, rbm::Units::binary}) {
    const rbm::Machine machine = rbm::random_machine(units, 9, 5, 3);
    const auto p = ising_3x3(2.5);
    const DataPart learned = drawn_data(test_world(), p, 9, 60);
    const DataPart held_out = drawn_data(test_world(), p, 9, 35);
    const Judgement found = judged(machine, judged_by(100, 1, units), learned, &held_out);
    const auto rows = all_rows(p, 9, 60, units), others = all_rows(p, 9, 35, units);
    const auto free_energy = [&](const std::vector<float>& row) { return -ln_weight(machine, row); };
    EXPECT_NEAR(found.free_energy, mean_over(rows, free_energy), 1e-9);
    EXPECT_NEAR(found.free_energy_held_out, mean_over(others, free_energy), 1e-9);
    EXPECT_NEAR(found.free_energy_gap(), mean_over(others, free_energy) - mean_over(rows, free_energy), 1e-9);
    EXPECT_NEAR(found.pseudo_likelihood,
                mean_over(rows,
                          [&](const std::vector<float>& row) {
                            const auto all = ln_conditionals(machine, row);
                            return std::accumulate(all.begin(), all.end(), 0.0);
                          }),
                1e-9);
    EXPECT_NEAR(found.energy_data, mean_over(rows, lattice_energy), 1e-12);
    EXPECT_NEAR(found.abs_magnetization_data, mean_over(rows, abs_magnetization), 1e-12);
  }
}

TEST(Judge, WithoutHeldOutDataOrALatticeSaysSo) {
  Settings settings = judged_by(100, 1);
  settings.judge.lattice.clear();
  const Judgement found = judged(rbm::random_machine(rbm::Units::spin, 9, 5, 3), settings,
                                 drawn_data(test_world(), ising_3x3(2.5), 9, 60));
  EXPECT_TRUE(std::isnan(found.free_energy_gap()));
  EXPECT_TRUE(std::isnan(found.energy_data) && std::isnan(found.energy_model));
  EXPECT_FALSE(std::isnan(found.abs_magnetization_model));
}

namespace {

/// Distance of the pseudo-likelihood of 40 units from the exact one, in standard
/// deviations of the choice of units.
double pseudo_likelihood_distance(const rbm::Machine& judged_machine, const rbm::Machine& machine) {
  const std::size_t n_units = 40;
  const std::uint64_t n_rows = 400;
  const std::vector<double> p(1 << 10, 1.0 / (1 << 10)); // ten units on or off, the others off
  Settings settings = judged_by(n_rows, 1);
  settings.judge.lattice.clear();
  const Judgement found = judged(judged_machine, settings, drawn_data(test_world(), p, n_units, n_rows));
  double exact = 0.0, variance = 0.0;
  for (const auto& row : all_rows(p, n_units, n_rows, rbm::Units::spin)) {
    const auto all = ln_conditionals(machine, row);
    const double sum = std::accumulate(all.begin(), all.end(), 0.0);
    exact += sum / static_cast<double>(n_rows);
    for (std::size_t start = 0; start < n_units; ++start) { // 16 units, two apart, from `start` on
      double chosen = 0.0;
      for (std::size_t k = 0; k < 16; ++k) chosen += all[(start + 2 * k) % n_units];
      const double deviation = (chosen * n_units / 16.0 - sum) / static_cast<double>(n_rows);
      variance += deviation * deviation / static_cast<double>(n_units);
    }
  }
  return std::abs(found.pseudo_likelihood - exact) / std::sqrt(variance);
}

} // namespace

// One sum of 400 independent terms beyond 6 standard deviations: below 1e-6 with room
// for its not quite normal tail.
TEST(Judge, EstimatesThePseudoLikelihoodOfLargerMachinesWithoutBias) {
  const rbm::Machine machine = rbm::random_machine(rbm::Units::spin, 40, 5, 8, 0.3);
  EXPECT_LT(pseudo_likelihood_distance(machine, machine), 6.0);
}

// The twin: weights larger by a fifth.
TEST(Judge, OfAnotherMachineIsSeenInThePseudoLikelihood) {
  const rbm::Machine machine = rbm::random_machine(rbm::Units::spin, 40, 5, 8, 0.3);
  rbm::Machine other = machine;
  for (float& w : other.weights.flat()) w *= 1.2F;
  EXPECT_GT(pseudo_likelihood_distance(other, machine), 6.0);
}

namespace {

/// Distances of the model's energy and |m| from their exact means, in standard deviations.
std::pair<double, double> own_configurations(const rbm::Machine& judged_machine,
                                             const rbm::Machine& machine) {
  const std::uint64_t n_chains = 5000;
  const DataPart learned = drawn_data(test_world(), ising_3x3(2.5), 9, n_chains);
  const Judgement found = judged(judged_machine, judged_by(n_chains, 60, machine.units), learned);
  const auto p = rbm::visible_distribution(machine);
  const auto distance = [&](double value, double (*of)(const std::vector<float>&)) {
    double mean = 0.0, squares = 0.0;
    std::vector<float> row(9);
    for (std::uint64_t s = 0; s < p.size(); ++s) {
      rbm::set_state(s, machine.units, row);
      mean += p[s] * of(row);
      squares += p[s] * of(row) * of(row);
    }
    return std::abs(value - mean) / std::sqrt((squares - mean * mean) / static_cast<double>(n_chains));
  };
  return {distance(found.energy_model, lattice_energy),
          distance(found.abs_magnetization_model, abs_magnetization)};
}

} // namespace

// Four means of 5000 independent chains beyond 6 standard deviations: below 1e-6.
TEST(Judge, SamplesTheMachinesOwnConfigurations) {
  for (const auto units : {rbm::Units::spin, rbm::Units::binary}) {
    const rbm::Machine machine = rbm::random_machine(units, 9, 5, 11, 0.4);
    const auto [energy, magnetization] = own_configurations(machine, machine);
    EXPECT_LT(energy, 6.0);
    EXPECT_LT(magnetization, 6.0);
  }
}

// The twin: another machine's configurations.
TEST(Judge, OfAnotherMachineIsSeenInItsConfigurations) {
  const rbm::Machine machine = rbm::random_machine(rbm::Units::spin, 9, 5, 11, 0.4);
  const auto [energy, magnetization] =
      own_configurations(rbm::random_machine(rbm::Units::spin, 9, 5, 12, 0.4), machine);
  EXPECT_GT(std::max(energy, magnetization), 6.0);
}

TEST(Judge, TakesEvenlySpacedRowsWhateverTheRanks) {
  const rbm::Machine machine = rbm::random_machine(rbm::Units::spin, 9, 5, 3);
  const Judgement found = judged(machine, judged_by(7, 1), drawn_data(test_world(), ising_3x3(2.5), 9, 60));
  const auto rows = all_rows(ising_3x3(2.5), 9, 60, rbm::Units::spin);
  double sum = 0.0;
  for (std::uint64_t i = 0; i < 7; ++i) sum -= ln_weight(machine, rows[i * 60 / 7]) / 7.0;
  EXPECT_NEAR(found.free_energy, sum, 1e-9);
}
