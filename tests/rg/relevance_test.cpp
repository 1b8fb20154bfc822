// Normals that hidden units see, against enumeration of all states of 4x4 spins and of all hidden states.

#include "blockspin/rg/relevance.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "blockspin/base/packed.hpp"
#include "blockspin/rg/layer_functions.hpp"
#include "blockspin/rg/torus_sampler.hpp"
#include "blockspin/rng/permutation.hpp"
#include "support/memory_state.hpp"
#include "support/world.hpp"

namespace blockspin::rg {
namespace {

constexpr std::uint64_t n_states = 65536;
constexpr std::size_t side = 4, n_sites = 16;

rng::Generator random(const char* name) { return {11, rng::StreamId::test, rng::instance_number(name)}; }

rbm::Machine machine_of(rbm::Units units, std::size_t n_visible, std::size_t n_hidden, double size,
                        std::uint64_t sequence) {
  rbm::Machine machine(units, n_visible, n_hidden);
  const rng::Generator g = random("machine");
  std::uint64_t index = 0;
  for (float& w : machine.weights.flat()) w = static_cast<float>(size * (0.4 + g.normal(sequence, index++)));
  for (float& c : machine.hidden_bias) c = static_cast<float>(0.3 * g.normal(sequence, index++));
  return machine;
}

int spin(std::uint64_t state, std::size_t row, std::size_t column) {
  return (state >> (row % side * side + column % side) & 1) != 0 ? 1 : -1;
}
std::vector<float> spins_of(std::uint64_t state) {
  std::vector<float> spins;
  for (std::size_t i = 0; i < n_sites; ++i) spins.push_back((state >> i & 1) != 0 ? 1.0F : -1.0F);
  return spins;
}

/// Sums of nearest, diagonal and plaquette products, pairs (2,0) once each; spin and lines of three: by loops.
struct Operators {
  double nearest = 0, diagonal = 0, plaquette = 0, spin = 0, line = 0;
  explicit Operators(std::uint64_t state) {
    for (std::size_t y = 0; y < side; ++y)
      for (std::size_t x = 0; x < side; ++x) {
        const int s = rg::spin(state, y, x), right = rg::spin(state, y, x + 1),
                  up = rg::spin(state, y + 1, x), both = rg::spin(state, y + 1, x + 1);
        nearest += s * (right + up);
        diagonal += s * both + right * up;
        plaquette += s * right * up * both;
        spin += s;
        line += s * right * rg::spin(state, y, x + 2) + s * up * rg::spin(state, y + 2, x);
      }
  }
};

/// <(sum_j u_j (h_j - c_j))^2> and <sum_j u_j (h_j - c_j)> over all hidden states of a machine, as spins.
std::pair<double, double> enumerated(const rbm::Machine& machine, std::span<const float> spins,
                                     std::span<const double> u, std::span<const double> c) {
  std::vector<float> visible(spins.begin(), spins.end());
  if (machine.units == rbm::Units::binary)
    for (float& v : visible) v = (v + 1) / 2;
  double norm = 0, square = 0, sum = 0;
  for (std::uint64_t state = 0; state < std::uint64_t{1} << machine.n_hidden(); ++state) {
    std::vector<float> hidden;
    double f = 0;
    for (std::size_t j = 0; j < machine.n_hidden(); ++j) {
      const bool on = (state >> j & 1) != 0;
      hidden.push_back(on ? 1.0F : rbm::off_value(machine.units));
      f += u[j] * ((on ? 1 : -1) - c[j]);
    }
    const double weight = std::exp(-rbm::energy(machine, visible, hidden));
    norm += weight;
    square += weight * f * f;
    sum += weight * f;
  }
  return {square / norm, sum / norm};
}

/// Weighted covariances with the operators, divided by that with the first: of an even function the diagonal and the
/// plaquette over the nearest, of an odd one the line over the spin.
struct Exact {
  double diagonal, plaquette, line;
};
Exact exact(double temperature, const std::function<std::pair<double, double>(std::uint64_t)>& functions) {
  std::array<double, 8> mean{};
  std::array<double, 5> product{};
  double norm = 0;
  for (std::uint64_t state = 0; state < n_states; ++state) {
    const Operators s(state);
    const double w = std::exp((s.nearest - 32) / temperature);
    const auto [even, odd] = functions(state);
    const std::array<double, 5> op = {s.nearest, s.diagonal, s.plaquette, s.spin, s.line};
    norm += w;
    mean[5] += w * even;
    mean[6] += w * odd;
    for (std::size_t b = 0; b < 5; ++b) {
      mean[b] += w * op[b];
      product[b] += w * op[b] * (b < 3 ? even : odd);
    }
  }
  std::array<double, 5> covariance{};
  for (std::size_t b = 0; b < 5; ++b)
    covariance[b] = product[b] / norm - mean[b] / norm * mean[b < 3 ? 5 : 6] / norm;
  return {covariance[1] / covariance[0], covariance[2] / covariance[0], covariance[4] / covariance[3]};
}

/// Configurations by their states.
Relevance::Read reader(std::function<std::uint64_t(std::uint64_t)> state_of) {
  return [state_of = std::move(state_of)](mpi::Range mine) {
    Array<std::uint8_t, 2> packed({mine.size(), 2});
    for (std::uint64_t i = 0; i < mine.size(); ++i)
      for (std::size_t byte = 0; byte < 2; ++byte)
        packed(i, byte) = static_cast<std::uint8_t>(state_of(mine.first + i) >> (8 * byte));
    return packed;
  };
}

RelevanceSetup setup_of(std::uint64_t n_configurations) {
  RelevanceSetup setup;
  setup.extents = {side, side};
  setup.n_configurations = n_configurations;
  setup.n_ladders = 8;
  setup.n_modes = 2;
  setup.is_critical = true;
  return setup;
}

using Stacks = std::vector<std::vector<rbm::Machine>>;

/// Run to the end, interrupted every `stop_after` steps.
std::vector<double> run(const mpi::Communicator& comm, const RelevanceSetup& setup, const Stacks& stacks,
                        const Relevance::Read& read, std::uint64_t stop_after = 1000000) {
  SavedState state;
  for (bool loads = false;; loads = true) {
    Relevance steps(comm, setup, stacks, random("hidden"), read);
    if (loads) {
      MemorySource source(state);
      steps.load(source);
    }
    for (std::uint64_t step = 0; step < stop_after && !steps.done(); ++step) steps.advance();
    if (steps.done()) {
      std::vector<double> all = numbers_of(steps.lattice());
      for (std::size_t stack = 0; stack < stacks.size(); ++stack)
        for (std::size_t layer = 0; layer < steps.n_layers(); ++layer) {
          const auto more = numbers_of(steps.layer(stack, layer));
          all.insert(all.end(), more.begin(), more.end());
        }
      all.insert(all.end(), {static_cast<double>(steps.n_bins()), steps.tau_in_bins()});
      return all;
    }
    MemorySink sink(comm);
    steps.save(sink);
    state = sink.state();
  }
}

bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(a, b,
                            [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

/// <h_j> over all states alike.
std::vector<double> mean_units(const rbm::Machine& machine) {
  std::vector<double> mean(machine.n_hidden(), 0.0), fields(machine.n_hidden());
  for (std::uint64_t state = 0; state < n_states; ++state) {
    rbm::hidden_fields(machine, spins_of(state), fields);
    for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += std::tanh(fields[j]) / n_states;
  }
  return mean;
}

/// Leading eigenvector of the covariance of hidden units over all states alike, by the power method.
std::vector<double> leading_mode(const rbm::Machine& machine) {
  const std::vector<double> mean = mean_units(machine);
  const std::size_t n = mean.size();
  std::vector<double> fields(n), u(n, 1.0);
  Array<double, 2> covariance({n, n});
  for (std::uint64_t state = 0; state < n_states; ++state) {
    rbm::hidden_fields(machine, spins_of(state), fields);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        covariance(i, j) += (i == j ? 1 : std::tanh(fields[i]) * std::tanh(fields[j])) / n_states;
  }
  for (int step = 0; step < 2000; ++step) {
    std::vector<double> next(n, 0.0);
    double norm = 0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) next[i] += (covariance(i, j) - mean[i] * mean[j]) * u[j];
      norm += next[i] * next[i];
    }
    for (std::size_t i = 0; i < n; ++i) u[i] = next[i] / std::sqrt(norm);
  }
  return u;
}

class OfUnits : public testing::TestWithParam<rbm::Units> {};

} // namespace

TEST_P(OfUnits, FunctionsAreAveragesOverAllHiddenStates) {
  const std::vector<rbm::Machine> stack = {machine_of(GetParam(), n_sites, 5, 0.3, 1)};
  const StackMeans means(stack, rbm::Rule::sampled, random("hidden"), 0);
  LayerModes modes{{0.2, -0.1, 0, 0.4, 0.3}, Array<double, 2>({2, 5}), {1}};
  const std::vector<double> u = {0.5, -0.2, 0.7, 0.1, -0.3, 0.1, 0.9, 0.2, -0.6, 0.4};
  std::ranges::copy(u, modes.direction.flat().begin());
  const LayerFunctions functions(means, {modes});
  for (std::uint64_t state = 7; state < n_states; state += 4099) {
    Array<float, 2> spins({1, n_sites});
    std::ranges::copy(spins_of(state), spins.flat().begin());
    const FunctionValues found = functions.measure(spins, 3);
    for (std::size_t k = 0; k < 2; ++k) {
      const auto [even, odd] = enumerated(stack[0], spins.row(0), modes.direction.row(k), modes.centre);
      EXPECT_NEAR(static_cast<double>(found.even(0, k)) * function_grid, even, 3e-6);
      EXPECT_NEAR(static_cast<double>(found.odd(0, k)) * function_grid, odd, 2e-6);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Units, OfUnits, testing::Values(rbm::Units::spin, rbm::Units::binary));

// Every state stands once in each half: an ensemble of independent spins without any scatter.
TEST(Relevance, IsThatOfAllStates) {
  if (test_world().size() > 1) GTEST_SKIP() << "every rank would do the same";
  const rbm::Machine machine = machine_of(rbm::Units::spin, n_sites, 3, 0.25, 2);
  Relevance steps(test_world(), setup_of(2 * n_states), {{machine}}, random("hidden"),
                  reader([](std::uint64_t c) { return c * 40503 % n_states; }));
  while (!steps.done()) steps.advance();
  const auto turns = turns_of(std::vector{machine})[0];
  std::vector<double> u;
  for (const double turn : turns) u.push_back(turn / std::sqrt(3.0));
  const std::vector<double> centre = mean_units(machine);
  const Exact expected = exact(std::numeric_limits<double>::infinity(), [&](std::uint64_t state) {
    return enumerated(machine, spins_of(state), u, centre);
  });
  const LayerRelevance& layer = steps.layer(0, 0);
  EXPECT_NEAR(layer.even[0].mean[1], expected.diagonal, 1e-4);
  EXPECT_NEAR(layer.even[0].mean[2], expected.plaquette, 1e-4);
  EXPECT_NEAR(layer.odd[0].mean[2], expected.line, 1e-4);
  EXPECT_EQ(layer.even[0].mean[0], 1);
  EXPECT_TRUE(std::isnan(layer.even[0].mean[6])); // (3,0) is (1,0) on four sites
  const std::vector<double> mode_of_all = leading_mode(machine);
  const Exact mode = exact(std::numeric_limits<double>::infinity(), [&](std::uint64_t state) {
    return enumerated(machine, spins_of(state), mode_of_all, centre);
  });
  EXPECT_NEAR(layer.even[1].mean[1], mode.diagonal, 1e-4);
  EXPECT_NEAR(layer.even[1].mean[2], mode.plaquette, 1e-4);
  EXPECT_NEAR(layer.odd[1].mean[2], mode.line, 1e-4);
  EXPECT_GT(std::abs(mode.line - expected.line), 1e-3); // the comparison tells the mode from the turned sum
}

TEST(Relevance, ModesAreThoseOfAllStates) {
  if (test_world().size() > 1) GTEST_SKIP() << "every rank would do the same";
  const std::vector<rbm::Machine> stack = {machine_of(rbm::Units::spin, n_sites, 3, 0.25, 2)};
  const StackMeans means(stack, rbm::Rule::mean, random("hidden"), 0);
  HiddenMoments moments(3);
  std::vector<double> mean(3, 0.0);
  Array<double, 2> products({3, 3});
  for (std::uint64_t state = 0; state < n_states; ++state) {
    Array<float, 2> spins({1, n_sites});
    std::ranges::copy(spins_of(state), spins.flat().begin());
    moments.add(means.up(spins, state)[0]);
    std::vector<double> h(3);
    rbm::hidden_fields(stack[0], spins.row(0), h);
    for (double& x : h) x = std::tanh(x);
    for (std::size_t i = 0; i < 3; ++i) {
      mean[i] += h[i] / n_states;
      for (std::size_t j = 0; j < 3; ++j) products(i, j) += (i == j ? 1 : h[i] * h[j]) / n_states;
    }
  }
  const LayerModes modes = modes_of(moments, std::vector<double>{1, -1, 1}, 3);
  EXPECT_GT(modes.variance[0], modes.variance[1]);
  for (std::size_t k = 0; k < 3; ++k)
    for (std::size_t i = 0; i < 3; ++i) {
      double applied = 0;
      for (std::size_t j = 0; j < 3; ++j)
        applied += (products(i, j) - mean[i] * mean[j]) * modes.direction(k + 1, j);
      EXPECT_NEAR(applied, modes.variance[k] * modes.direction(k + 1, i), 1e-4);
    }
  EXPECT_DOUBLE_EQ(modes.direction(0, 1), -1 / std::sqrt(3.0));
}

/// Two layers of 3 and 2 units.
std::vector<rbm::Machine> two_layers() {
  return {machine_of(rbm::Units::spin, n_sites, 3, 0.25, 2), machine_of(rbm::Units::spin, 3, 2, 0.6, 7)};
}

/// p(h | v) of every state of a machine's hidden units.
std::vector<double> given(const rbm::Machine& machine, std::span<const float> visible) {
  std::vector<double> fields(machine.n_hidden());
  rbm::hidden_fields(machine, visible, fields);
  std::vector<double> p;
  for (std::uint64_t h = 0; h < std::uint64_t{1} << fields.size(); ++h) {
    double product = 1;
    for (std::size_t j = 0; j < fields.size(); ++j)
      product /= 1 + std::exp((h >> j & 1) != 0 ? -2 * fields[j] : 2 * fields[j]);
    p.push_back(product);
  }
  return p;
}

/// What a function of the top layer's units is on average, given the lattice: over all states of all units.
class Above {
public:
  explicit Above(std::vector<rbm::Machine> stack) : stack_(std::move(stack)) {
    for (std::uint64_t h = 0; h < 8 && stack_.size() == 2; ++h) {
      const std::vector<float> units = {spin_at(h, 0), spin_at(h, 1), spin_at(h, 2)};
      second_.push_back(given(stack_[1], units));
    }
  }
  /// p of every state of the top layer.
  std::vector<double> top(std::uint64_t state) const {
    const std::vector<double> first = given(stack_[0], spins_of(state));
    if (stack_.size() == 1) return first;
    std::vector<double> p(4, 0.0);
    for (std::size_t h = 0; h < first.size(); ++h)
      for (std::size_t t = 0; t < p.size(); ++t) p[t] += first[h] * second_[h][t];
    return p;
  }
  static float spin_at(std::uint64_t h, std::size_t j) { return (h >> j & 1) != 0 ? 1.0F : -1.0F; }

private:
  std::vector<rbm::Machine> stack_;
  std::vector<std::vector<double>> second_; ///< [state of the first layer][of the second]
};

/// Turned sum of a layer's units less its mean, over the ensemble at a temperature: <f^2> and <f> of every lattice state.
std::vector<std::pair<double, double>> turned_sums(const std::vector<rbm::Machine>& stack, double temperature,
                                                   bool leaves_variance_out) {
  const Above above(stack);
  const std::vector<double> turn = turns_of(stack).back();
  const std::size_t n = turn.size();
  std::vector<double> f, p;
  for (std::uint64_t h = 0; h < std::uint64_t{1} << n; ++h) {
    f.push_back(0);
    for (std::size_t j = 0; j < n; ++j)
      f.back() += turn[j] * Above::spin_at(h, j) / std::sqrt(static_cast<double>(n));
  }
  double norm = 0, mean = 0;
  std::vector<std::pair<double, double>> sums;
  for (std::uint64_t state = 0; state < n_states; ++state) {
    p = above.top(state);
    double first = 0, second = 0;
    for (std::size_t h = 0; h < p.size(); ++h) first += p[h] * f[h], second += p[h] * f[h] * f[h];
    const double w = std::exp((Operators(state).nearest - 32) / temperature);
    norm += w;
    mean += w * first;
    sums.emplace_back(leaves_variance_out ? first * first : second, first);
  }
  mean /= norm;
  for (auto& [even, odd] : sums) {
    even += mean * mean - 2 * mean * odd;
    odd -= mean;
  }
  return sums;
}

/// Pulls of a finite sample at T = 2.6 against enumeration: diagonal, plaquette and line of the first layer, and of the
/// second, which is given drawn units of the first. The centre is that of the ensemble; what is left of it in finite
/// samples is far below the errors.
std::vector<double> pulls(bool leaves_variance_out) {
  constexpr double temperature = 2.6;
  const rng::Generator chance = random("torus");
  const TorusSampler sampler({side, 1 / temperature}, chance);
  const std::vector<rbm::Machine> stack = two_layers();
  Relevance steps(test_world(), setup_of(300000), {stack}, random("hidden"),
                  reader([&](std::uint64_t c) { return sampler.draw(c); }));
  while (!steps.done()) steps.advance();
  std::vector<double> pulls;
  for (std::size_t l = 0; l < 2; ++l) {
    const auto sums = turned_sums({stack.begin(), stack.begin() + static_cast<std::ptrdiff_t>(l + 1)},
                                  temperature, leaves_variance_out);
    const Exact expected = exact(temperature, [&](std::uint64_t state) { return sums[state]; });
    const LayerRelevance& layer = steps.layer(0, l);
    pulls.push_back((layer.even[0].mean[1] - expected.diagonal) / layer.even[0].error[1]);
    pulls.push_back((layer.even[0].mean[2] - expected.plaquette) / layer.even[0].error[2]);
    pulls.push_back((layer.odd[0].mean[2] - expected.line) / layer.odd[0].error[2]);
  }
  return pulls;
}

// Errors are of 128 bins: six of Student's t beyond 6 have a chance of 1e-7.
TEST(Relevance, OfASampleIsWithinItsErrors) {
  if (test_world().size() > 1) GTEST_SKIP() << "every rank would do the same";
  for (const double pull : pulls(false)) EXPECT_LT(std::abs(pull), 6);
}

TEST(Relevance, TheTestSeesUnitsWhoseOwnScatterIsLeftOut) {
  if (test_world().size() > 1) GTEST_SKIP() << "every rank would do the same";
  const auto found = pulls(true);
  EXPECT_GT(std::max(std::abs(found[0]), std::abs(found[1])), 6);
}

TEST(Relevance, IsTheSameOnEveryNumberOfRanksAndAfterAnyStop) {
  const Stacks stacks = {
      {machine_of(rbm::Units::spin, n_sites, 6, 0.3, 3), machine_of(rbm::Units::spin, 6, 2, 0.5, 4)},
      {machine_of(rbm::Units::spin, n_sites, 6, 0.1, 5), machine_of(rbm::Units::spin, 6, 2, 0.2, 6)}};
  const rng::Generator chance = random("stored");
  const auto read = reader([&](std::uint64_t c) { return chance.word(0, c) % n_states; });
  for (const std::uint64_t n : {8, 3001}) {
    const auto alone = run(mpi::Communicator::self(), setup_of(n), stacks, read);
    EXPECT_TRUE(same(alone, run(test_world(), setup_of(n), stacks, read))) << n;
    EXPECT_TRUE(same(alone, run(test_world(), setup_of(n), stacks, read, 1))) << n;
  }
  auto means = setup_of(3001);
  means.rule = rbm::Rule::mean;
  EXPECT_FALSE(same(run(test_world(), means, stacks, read), run(test_world(), setup_of(3001), stacks, read)));
}

TEST(LatticeFunctions, AverageOverTies) {
  const ising::RowLattice lattice({4, 4});
  const LatticeFunctions functions(lattice);
  ASSERT_EQ(functions.factors(), std::vector<std::uint64_t>{2});
  // Blocks with sums 4, 0, -2, 0: bonds of a 2x2 torus stand twice.
  Array<float, 2> spins({1, n_sites});
  const std::vector<float> rows = {1, 1, 1, -1, 1, 1, -1, 1, -1, -1, 1, 1, 1, -1, -1, -1};
  std::ranges::copy(rows, spins.flat().begin());
  const FunctionValues found = functions.measure(spins, 0);
  const auto value = [](std::int64_t x) { return static_cast<double>(x) * function_grid; };
  EXPECT_DOUBLE_EQ(value(found.even(0, 0)), 2.0 * 2.0 / 16);
  EXPECT_DOUBLE_EQ(value(found.even(0, 1)), -2.0 / 4);      // blocks 1 and -1 are neighbours, twice
  EXPECT_DOUBLE_EQ(value(found.even(0, 2)), (0 + 2) / 4.0); // two ties
  EXPECT_DOUBLE_EQ(value(found.odd(0, 1)), 0);
}

TEST(StackMeans, HandOnWhatTheyAreAskedTo) {
  const std::vector<rbm::Machine> stack = {machine_of(rbm::Units::binary, n_sites, 6, 0.3, 3),
                                           machine_of(rbm::Units::binary, 6, 2, 0.5, 4)};
  Array<float, 2> spins({2000, n_sites});
  for (std::size_t c = 0; c < 2000; ++c) std::ranges::copy(spins_of(12345), spins.row(c).begin());
  std::vector<float> below(6), visible = spins_of(12345);
  for (float& v : visible) v = (v + 1) / 2;
  std::vector<double> fields(6), second(2);
  rbm::hidden_fields(stack[0], visible, fields);
  // Given means below: by hand.
  for (std::size_t j = 0; j < 6; ++j) below[j] = static_cast<float>(1 / (1 + std::exp(-fields[j])));
  rbm::hidden_fields(stack[1], below, second);
  const auto of_means = StackMeans(stack, rbm::Rule::mean, random("hidden"), 0).up(spins, 0);
  for (std::size_t j = 0; j < 2; ++j) EXPECT_NEAR(of_means[1](7, j), std::tanh(second[j] / 2), 1e-5);
  // Given drawn units: their average is that over all 64 states, beyond 6 errors with a chance of 4e-9.
  std::array<double, 2> mean{}, square{}, expected{};
  const auto drawn = StackMeans(stack, rbm::Rule::sampled, random("hidden"), 0).up(spins, 0);
  for (std::size_t c = 0; c < 2000; ++c)
    for (std::size_t j = 0; j < 2; ++j) {
      mean[j] += drawn[1](c, j) / 2000.0;
      square[j] += std::pow(drawn[1](c, j), 2) / 2000.0;
    }
  for (std::uint64_t state = 0; state < 64; ++state) {
    double chance = 1;
    for (std::size_t j = 0; j < 6; ++j) {
      below[j] = static_cast<float>(state >> j & 1);
      chance *= (state >> j & 1) != 0 ? 1 / (1 + std::exp(-fields[j])) : 1 / (1 + std::exp(fields[j]));
    }
    rbm::hidden_fields(stack[1], below, second);
    for (std::size_t j = 0; j < 2; ++j) expected[j] += chance * std::tanh(second[j] / 2);
  }
  for (std::size_t j = 0; j < 2; ++j)
    EXPECT_LT(std::abs(mean[j] - expected[j]), 6 * std::sqrt((square[j] - mean[j] * mean[j]) / 2000));
}

} // namespace blockspin::rg
