// The centred gradient against its definition, summed over all states; that it does not care how units are written; the
// offsets that a training takes from its data.

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "blockspin/rbm/enumeration.hpp"
#include "blockspin/train/centring.hpp"
#include "support/memory_state.hpp"
#include "train/one_update.hpp"

using namespace blockspin;
using namespace blockspin::train;

namespace {

constexpr std::size_t n_visible = 4, n_hidden = 3;
const std::vector<double> some_visible{0.25, -0.5, 0.75, 0.125}, some_hidden{-0.25, 0.5, 0.625};

rbm::Machine some_machine(rbm::Units units) {
  rbm::Machine machine(units, n_visible, n_hidden);
  float next = -0.7F;
  for (float& w : machine.weights.flat()) w = next += 0.13F;
  for (float& b : machine.visible_bias) b = next -= 0.31F;
  for (float& c : machine.hidden_bias) c = next += 0.17F;
  return machine;
}

/// Weights row by row, visible biases, hidden biases.
std::vector<double> elements(const rbm::ExactGradient& gradient) {
  std::vector<double> all(gradient.weights.flat().begin(), gradient.weights.flat().end());
  all.insert(all.end(), gradient.visible_bias.begin(), gradient.visible_bias.end());
  all.insert(all.end(), gradient.hidden_bias.begin(), gradient.hidden_bias.end());
  return all;
}

/// What these offsets make of a gradient.
std::vector<double> centred(const rbm::ExactGradient& gradient, std::span<const double> visible,
                            std::span<const double> hidden) {
  rbm::Panels<float> weights(n_visible, n_hidden);
  for (std::size_t i = 0; i < n_visible; ++i)
    for (std::size_t j = 0; j < n_hidden; ++j) weights(i, j) = static_cast<float>(gradient.weights(i, j));
  std::vector<float> b(gradient.visible_bias.begin(), gradient.visible_bias.end());
  std::vector<float> c(gradient.hidden_bias.begin(), gradient.hidden_bias.end());
  Centring centring(n_visible, n_hidden);
  centring.move(visible, hidden);
  centring.apply(weights, b, c);
  std::vector<double> all;
  for (std::size_t i = 0; i < n_visible; ++i)
    for (std::size_t j = 0; j < n_hidden; ++j) all.push_back(weights(i, j));
  all.insert(all.end(), b.begin(), b.end());
  all.insert(all.end(), c.begin(), c.end());
  return all;
}

/// By the definition: sums over all visible states of (v - mu)(h - lambda), data less model.
std::vector<double> by_definition(const rbm::Machine& machine, const std::vector<double>& data,
                                  std::span<const double> mu, std::span<const double> lambda) {
  const auto model = rbm::visible_distribution(machine);
  rbm::ExactGradient sum{Array<double, 2>({n_visible, n_hidden}), std::vector<double>(n_visible),
                         std::vector<double>(n_hidden)};
  std::vector<float> v(n_visible);
  std::vector<double> h(n_hidden);
  for (std::size_t state = 0; state < data.size(); ++state) {
    rbm::set_state(state, machine.units, v);
    rbm::hidden_fields(machine, v, h);
    for (double& x : h) x = rbm::mean_value(machine.units, x);
    const double weight = data[state] - model[state];
    for (std::size_t i = 0; i < n_visible; ++i)
      for (std::size_t j = 0; j < n_hidden; ++j)
        sum.weights(i, j) += weight * (v[i] - mu[i]) * (h[j] - lambda[j]);
    for (std::size_t i = 0; i < n_visible; ++i) sum.visible_bias[i] += weight * v[i];
    for (std::size_t j = 0; j < n_hidden; ++j) sum.hidden_bias[j] += weight * h[j];
  }
  for (std::size_t i = 0; i < n_visible; ++i)
    for (std::size_t j = 0; j < n_hidden; ++j) {
      sum.visible_bias[i] -= sum.weights(i, j) * lambda[j];
      sum.hidden_bias[j] -= sum.weights(i, j) * mu[i];
    }
  return elements(sum);
}

void expect_near(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], tolerance) << "element " << k;
}

/// The machine of units 0/1 whose visible unit v is this one's 1 - v.
rbm::Machine turned(const rbm::Machine& machine) {
  rbm::Machine other = machine;
  for (std::size_t i = 0; i < n_visible; ++i) {
    other.visible_bias[i] = -machine.visible_bias[i];
    for (std::size_t j = 0; j < n_hidden; ++j) {
      other.weights(i, j) = -machine.weights(i, j);
      other.hidden_bias[j] += machine.weights(i, j);
    }
  }
  return other;
}

/// A step in the parameters of the one, as a step in those of the other.
std::vector<double> turned(std::vector<double> step) {
  for (std::size_t i = 0; i < n_visible; ++i) {
    step[n_visible * n_hidden + i] *= -1.0;
    for (std::size_t j = 0; j < n_hidden; ++j) {
      step[n_visible * n_hidden + n_visible + j] += step[i * n_hidden + j];
      step[i * n_hidden + j] *= -1.0;
    }
  }
  return step;
}

} // namespace

TEST(Centring, IsWhatItsDefinitionSays) {
  for (const auto units : {rbm::Units::spin, rbm::Units::binary}) {
    const auto machine = some_machine(units);
    const auto plain = rbm::log_likelihood_gradient(machine, four_unit_data());
    expect_near(centred(plain, some_visible, some_hidden),
                by_definition(machine, four_unit_data(), some_visible, some_hidden), 1e-6);
  }
}

TEST(Centring, WithOffsetsOfZeroIsThePlainGradient) {
  const auto plain = rbm::log_likelihood_gradient(some_machine(rbm::Units::spin), four_unit_data());
  expect_near(centred(plain, std::vector<double>(n_visible), std::vector<double>(n_hidden)), elements(plain),
              1e-7);
}

// Which value is called 0 and which 1 makes no difference to a centred step; to a plain one it does.
TEST(Centring, DoesNotCareHowUnitsAreWritten) {
  const auto machine = some_machine(rbm::Units::binary), other = turned(machine);
  const auto data = four_unit_data();
  const std::vector<double> turned_data(data.rbegin(), data.rend());
  std::vector<double> turned_offsets;
  for (const double mu : some_visible) turned_offsets.push_back(1.0 - mu);
  const auto plain = rbm::log_likelihood_gradient(machine, data);
  const auto turned_plain = rbm::log_likelihood_gradient(other, turned_data);
  expect_near(centred(turned_plain, turned_offsets, some_hidden),
              turned(centred(plain, some_visible, some_hidden)), 1e-6);
  double largest = 0.0;
  const auto a = elements(turned_plain), b = turned(elements(plain));
  for (std::size_t k = 0; k < a.size(); ++k) largest = std::max(largest, std::abs(a[k] - b[k]));
  EXPECT_GT(largest, 0.01);
}

TEST(Centring, OffsetsFollowTheMeansByAHundredth) {
  Centring centring(1, 1);
  centring.move(std::vector{0.5}, std::vector{0.25});
  centring.move(std::vector{1.5}, std::vector{-0.75});
  EXPECT_DOUBLE_EQ(centring.visible_offsets()[0], 0.51);
  EXPECT_DOUBLE_EQ(centring.hidden_offsets()[0], 0.24);
}

// One update of learning rate 1 is the gradient: the centred one is what the offsets make of the plain one. Both are
// sums over the same draws.
TEST(Centring, OfATrainingTakesItsOffsetsFromTheData) {
  const auto comm = mpi::Communicator::self();
  const DataPart data = drawn_data(comm, four_unit_data(), n_visible, n_update_rows);
  Settings settings = one_update();
  const Update plain = first_update(settings);
  settings.centred = true;
  Trainer trainer(comm, data, settings);
  while (!trainer.done()) trainer.advance();
  MemorySink sink(comm);
  trainer.save(sink);
  MemorySource source(sink.state());
  Centring centring(n_visible, n_hidden);
  centring.load(source);

  std::vector<double> visible(n_visible), hidden(n_hidden), means(n_hidden);
  std::vector<float> v(n_visible);
  for (std::size_t row = 0; row < n_update_rows; ++row) {
    rbm::set_state(data.bytes(row, 0), rbm::Units::spin, v);
    rbm::hidden_fields(plain.before, v, means);
    for (std::size_t i = 0; i < n_visible; ++i) visible[i] += v[i] / static_cast<double>(n_update_rows);
    for (std::size_t j = 0; j < n_hidden; ++j)
      hidden[j] += rbm::mean_value(rbm::Units::spin, means[j]) / static_cast<double>(n_update_rows);
  }
  for (std::size_t i = 0; i < n_visible; ++i) EXPECT_NEAR(centring.visible_offsets()[i], visible[i], 1e-12);
  // Hidden means are rounded to a grid of 2^-15.
  for (std::size_t j = 0; j < n_hidden; ++j) EXPECT_NEAR(centring.hidden_offsets()[j], hidden[j], 2e-5);

  rbm::ExactGradient step{Array<double, 2>({n_visible, n_hidden}), std::vector<double>(n_visible),
                          std::vector<double>(n_hidden)};
  for (std::size_t k = 0; k < step.weights.size(); ++k)
    step.weights.flat()[k] = double{plain.after.weights.flat()[k]} - double{plain.before.weights.flat()[k]};
  for (std::size_t i = 0; i < n_visible; ++i) step.visible_bias[i] = plain.after.visible_bias[i];
  for (std::size_t j = 0; j < n_hidden; ++j) step.hidden_bias[j] = plain.after.hidden_bias[j];
  const auto expected = centred(step, centring.visible_offsets(), centring.hidden_offsets());
  const auto after = trainer.machine();
  for (std::size_t k = 0; k < step.weights.size(); ++k)
    EXPECT_NEAR(after.weights.flat()[k] - plain.before.weights.flat()[k], expected[k], 1e-6);
  for (std::size_t i = 0; i < n_visible; ++i)
    EXPECT_NEAR(after.visible_bias[i], expected[n_visible * n_hidden + i], 1e-6);
  for (std::size_t j = 0; j < n_hidden; ++j)
    EXPECT_NEAR(after.hidden_bias[j], expected[n_visible * n_hidden + n_visible + j], 1e-6);
}
