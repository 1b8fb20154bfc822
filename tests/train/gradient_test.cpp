// The gradient of an update against enumeration: of the log-likelihood, and of contrastive divergence as it
// is defined. Why the sums do not depend on how samples are divided.

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "blockspin/rbm/enumeration.hpp"
#include "blockspin/train/gradient.hpp"
#include "train/one_update.hpp"

using namespace blockspin;
using namespace blockspin::train;

namespace {

/// Each element of a measured gradient is the difference of two means over n_update_rows of values within
/// [-1, 1]: standard deviation below sqrt(2 / n_update_rows). Beyond 9 / sqrt(n_update_rows), 6.4 standard
/// deviations, one element comes with probability 2e-10; all 19 elements of all 30 gradients here: 1e-7.
constexpr double limit = 9.0;

double in_errors(double difference) { return difference * std::sqrt(static_cast<double>(n_update_rows)); }

/// Visible vectors (values or means) with their probabilities.
using Weighted = std::vector<std::pair<std::vector<float>, double>>;

Weighted all_states(rbm::Units units, const std::vector<double>& probability) {
  Weighted states;
  for (std::size_t s = 0; s < probability.size(); ++s) {
    std::vector<float> values(static_cast<std::size_t>(std::countr_zero(probability.size())));
    rbm::set_state(s, units, values);
    states.emplace_back(values, probability[s]);
  }
  return states;
}

/// Probability of the states of independent units of these means.
std::vector<double> state_probabilities(rbm::Units units, const std::vector<double>& means) {
  std::vector<double> p(std::size_t{1} << means.size(), 1.0);
  const double off = rbm::off_value(units);
  for (std::size_t s = 0; s < p.size(); ++s)
    for (std::size_t u = 0; u < means.size(); ++u) {
      const double on = (means[u] - off) / (1.0 - off);
      p[s] *= s >> u & 1 ? on : 1.0 - on;
    }
  return p;
}

std::vector<double> hidden_means(const rbm::Machine& machine, const std::vector<float>& visible) {
  std::vector<double> means(machine.n_hidden());
  rbm::hidden_fields(machine, visible, means);
  for (double& x : means) x = rbm::mean_value(machine.units, x);
  return means;
}

/// One Gibbs step v -> h -> v of all paths; with mean field the means of v given h.
Weighted stepped(const rbm::Machine& machine, const Weighted& from, Reconstruction reconstruction) {
  std::vector<double> p_hidden(std::size_t{1} << machine.n_hidden());
  for (const auto& [visible, weight] : from) {
    const auto given = state_probabilities(machine.units, hidden_means(machine, visible));
    for (std::size_t s = 0; s < given.size(); ++s) p_hidden[s] += weight * given[s];
  }
  Weighted to;
  std::vector<double> p_visible(std::size_t{1} << machine.n_visible());
  for (const auto& [hidden, weight] : all_states(machine.units, p_hidden)) {
    std::vector<double> means(machine.n_visible());
    rbm::visible_fields(machine, hidden, means);
    for (double& x : means) x = rbm::mean_value(machine.units, x);
    to.emplace_back(std::vector<float>(means.begin(), means.end()), weight);
    const auto given = state_probabilities(machine.units, means);
    for (std::size_t s = 0; s < given.size(); ++s) p_visible[s] += weight * given[s];
  }
  return reconstruction == Reconstruction::mean_field ? to : all_states(machine.units, p_visible);
}

void add_moments(const rbm::Machine& machine, const Weighted& states, double sign, rbm::ExactGradient& sum) {
  for (const auto& [visible, weight] : states) {
    const auto means = hidden_means(machine, visible);
    for (std::size_t i = 0; i < visible.size(); ++i) {
      sum.visible_bias[i] += sign * weight * visible[i];
      for (std::size_t j = 0; j < means.size(); ++j)
        sum.weights(i, j) += sign * weight * visible[i] * means[j];
    }
    for (std::size_t j = 0; j < means.size(); ++j) sum.hidden_bias[j] += sign * weight * means[j];
  }
}

/// The expectation of an update of CD-k (Hinton, Neural Comp. 14, 1771 (2002)): of <v h> in the data less
/// that after k Gibbs steps from them; of the first update of PCD-k: from random states.
rbm::ExactGradient expected_update(const rbm::Machine& machine, const Settings& settings) {
  rbm::ExactGradient sum{Array<double, 2>({machine.n_visible(), machine.n_hidden()}),
                         std::vector<double>(machine.n_visible()), std::vector<double>(machine.n_hidden())};
  const Weighted data = all_states(machine.units, four_unit_data());
  add_moments(machine, data, 1.0, sum);
  Weighted model = settings.algorithm == Algorithm::cd
                       ? data
                       : all_states(machine.units, std::vector<double>(16, 1.0 / 16.0));
  for (std::uint64_t k = 0; k < settings.gibbs_steps; ++k)
    model = stepped(machine, model, settings.reconstruction);
  add_moments(machine, model, -1.0, sum);
  return sum;
}

template <class Gradient>
std::vector<double> elements(const Gradient& gradient) {
  std::vector<double> all(gradient.weights.flat().begin(), gradient.weights.flat().end());
  all.insert(all.end(), gradient.visible_bias.begin(), gradient.visible_bias.end());
  all.insert(all.end(), gradient.hidden_bias.begin(), gradient.hidden_bias.end());
  return all;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) largest = std::max(largest, std::abs(a[k] - b[k]));
  return largest;
}

/// The mean gradient of an epoch's updates.
std::vector<double> measured(const Settings& settings, const Update& update) {
  const auto n_updates = static_cast<double>(n_update_rows / settings.batch);
  auto mean = elements(update.after);
  const auto before = elements(update.before);
  for (std::size_t k = 0; k < mean.size(); ++k)
    mean[k] = (mean[k] - before[k]) / (settings.update.learning_rate * n_updates);
  return mean;
}

double distance_from_likelihood(const Settings& settings) {
  const Update update = first_update(settings);
  const auto exact = rbm::log_likelihood_gradient(update.before, four_unit_data());
  return in_errors(largest_difference(measured(settings, update), elements(exact)));
}

/// How far the update by `settings` is from what is expected of `oracle`; without biases, of the weights.
double distance_from_expected(const Settings& settings, const Settings& oracle) {
  const Update update = first_update(settings);
  auto exact = elements(expected_update(update.before, oracle));
  if (!oracle.bias) std::fill(exact.begin() + 12, exact.end(), 0.0);
  return in_errors(largest_difference(measured(settings, update), exact));
}

/// Units and algorithms of chains of so many steps. Binary units feel a quarter of the coupling of spins of
/// the same weight: theirs are larger.
std::vector<Settings> every_algorithm(std::uint64_t gibbs_steps) {
  std::vector<Settings> all;
  for (const auto units : {rbm::Units::spin, rbm::Units::binary})
    for (const auto algorithm : {Algorithm::cd, Algorithm::pcd, Algorithm::pt}) {
      Settings settings = one_update();
      settings.units = units;
      if (units == rbm::Units::binary) settings.initial_std = 2.5;
      settings.algorithm = algorithm;
      settings.gibbs_steps = gibbs_steps;
      settings.tempering_replicas = 3;
      all.push_back(settings);
    }
  return all;
}

std::string name_of(const Settings& s) {
  return "units " + std::to_string(static_cast<int>(s.units)) + ", algorithm " +
         std::to_string(static_cast<int>(s.algorithm));
}

/// The options that change what an update is expected to be or how it is computed, for chains of few steps.
std::vector<std::pair<std::string, Settings>> every_option() {
  std::vector<std::pair<std::string, Settings>> all;
  for (const Settings& base : every_algorithm(2)) {
    if (base.algorithm == Algorithm::pt) continue;
    const auto add = [&](const char* name, auto change) {
      Settings settings = base;
      change(settings);
      all.emplace_back(name + (", " + name_of(settings)), settings);
    };
    add("plain", [](Settings&) {});
    add("no bias", [](Settings& s) { s.bias = false; });
    add("two terms", [](Settings& s) { s.precision = rbm::Precision::bfloat16_two_terms; });
    add("one term", [](Settings& s) { s.precision = rbm::Precision::bfloat16; });
    if (base.algorithm == Algorithm::pcd) continue;
    add("mean field", [](Settings& s) { s.reconstruction = Reconstruction::mean_field; });
    // Sums of such batches are taken in float32, those above in double; the weights all but stay.
    add("batches of 2000", [](Settings& s) {
      s.batch = 2000;
      s.update.learning_rate = 1e-4;
    });
  }
  return all;
}

} // namespace

TEST(Gradient, OfLongChainsIsThatOfTheLogLikelihood) {
  for (const Settings& settings : every_algorithm(60))
    EXPECT_LT(distance_from_likelihood(settings), limit) << name_of(settings);
}

// The twin: chains of the same machines that take one step, whatever they are told.
TEST(Gradient, OfOneStepIsSeenToBeBiased) {
  for (const Settings& settings : every_algorithm(1))
    EXPECT_GT(distance_from_likelihood(settings), limit) << name_of(settings);
}

TEST(Gradient, OfEveryOptionIsTheExpectedOne) {
  for (const auto& [name, settings] : every_option())
    EXPECT_LT(distance_from_expected(settings, settings), limit) << name;
}

// The twin: one step of two; and samples for means (of spins: of binary units the two differ too little).
TEST(Gradient, OfAnotherOptionIsSeenToBeAnother) {
  for (const auto& [name, settings] : every_option()) {
    Settings shorter = settings;
    shorter.gibbs_steps = 1;
    EXPECT_GT(distance_from_expected(shorter, settings), limit) << name;
    if (settings.reconstruction == Reconstruction::sampled || settings.units == rbm::Units::binary) continue;
    Settings sampled = settings;
    sampled.reconstruction = Reconstruction::sampled;
    EXPECT_GT(distance_from_expected(sampled, settings), limit) << name;
  }
}

TEST(Gradient, LeavesBiasesAtZeroWhereThereAreNone) {
  for (Settings settings : every_algorithm(1)) {
    settings.bias = false;
    settings.batch = 2000;
    for (const auto optimiser : {OptimiserKind::sgd, OptimiserKind::adam}) {
      settings.update.optimiser = optimiser;
      const rbm::Machine after = first_update(settings).after;
      EXPECT_EQ(after.visible_bias, std::vector<float>(4, 0.0F)) << name_of(settings);
      EXPECT_EQ(after.hidden_bias, std::vector<float>(3, 0.0F)) << name_of(settings);
    }
  }
}

namespace {

/// Sums of v h over 500 samples, all at once or by halves that are added, as two ranks would.
struct Sums {
  std::vector<float> whole, halves;
};

/// grid_bits as of activate(): 0 leaves the means as they are.
Sums sums_of_means(int grid_bits) {
  constexpr std::size_t n = 500, n_visible = 40, n_hidden = 40;
  const rng::Generator draws(1, rng::StreamId::test, 6);
  Array<float, 2> visible({n, n_visible}), fields({n, n_hidden}), means({n, n_hidden});
  for (std::size_t i = 0; i < visible.size(); ++i) visible.flat()[i] = draws.uniform(0, i) < 0.5 ? -1 : 1;
  for (std::size_t i = 0; i < fields.size(); ++i) fields.flat()[i] = static_cast<float>(draws.normal(1, i));
  rbm::activate(rbm::Units::spin, {draws, 2, 0}, 1.0F, grid_bits, fields.view(), means.data(), nullptr);
  const auto sum_of = [&](std::size_t first, std::size_t n_rows) {
    GradientSum sum(n_visible, n_hidden, false);
    sum.set(View<const float, 2>(visible.row(first).data(), {n_rows, n_visible}),
            View<float, 2>(means.row(first).data(), {n_rows, n_hidden}), n_rows);
    return std::vector<float>(sum.weights().begin(), sum.weights().end());
  };
  Sums sums{sum_of(0, n), sum_of(0, n / 2)};
  const auto second = sum_of(n / 2, n / 2);
  for (std::size_t k = 0; k < second.size(); ++k) sums.halves[k] += second[k];
  return sums;
}

} // namespace

TEST(Grid, MakesSumsTheSameHoweverSamplesAreDivided) {
  const Sums sums = sums_of_means(hidden_grid_bits(500));
  EXPECT_EQ(sums.whole, sums.halves);
}

// The twin: means as they come are added with rounding, and the division shows.
TEST(Grid, IsMissedWhereMeansAreNotRounded) {
  const Sums sums = sums_of_means(0);
  EXPECT_NE(sums.whole, sums.halves);
}

TEST(Grid, KeepsEverySumExactInFloat) {
  EXPECT_EQ(hidden_grid_bits(200), 15);
  EXPECT_EQ(hidden_grid_bits(512), 15);
  EXPECT_EQ(hidden_grid_bits(513), 14);
  for (const std::uint64_t n : {2U, 512U, 1000U, 4096U, 1U << 20})
    EXPECT_LE(static_cast<double>(n) * std::exp2(hidden_grid_bits(n)), std::exp2(24));
}
