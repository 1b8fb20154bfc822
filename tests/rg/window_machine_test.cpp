#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "blockspin/rg/couplings.hpp"
#include "blockspin/rg/spin_model.hpp"
#include "blockspin/rg/window_machine.hpp"

using namespace blockspin::rg;

namespace {

constexpr double critical = 0.440686793509772;

/// D_KL on 4x4 from its definition, weight by weight and state by state.
double enumerated_divergence(double coupling, const std::array<double, 3>& lambda) {
  const std::array<std::uint64_t, 2> extents{4, 4};
  const auto energies = SpinModel{16, periodic_bonds(extents), coupling, 0}.all_energies();
  std::vector<double> machine(energies.size(), 0.0);
  for (std::uint64_t v = 0; v < energies.size(); ++v)
    for (unsigned block = 0; block < 4; ++block) {
      double field = 0;
      for (unsigned i = 0; i < 16; ++i) { // distance of a site from the block's centre, around the torus
        const auto away = [](unsigned x, unsigned start) { return (x + 4 - start) % 4 < 2 ? 0U : 1U; };
        field += lambda[away(i / 4, block / 2 * 2) + away(i % 4, block % 2 * 2)] * spin_of(v, i);
      }
      machine[v] -= ln_2cosh(field);
    }
  const double f = free_energy_of(energies), f_machine = free_energy_of(machine);
  double divergence = 0;
  for (std::uint64_t v = 0; v < energies.size(); ++v)
    divergence += std::exp(f - energies[v]) * (f - energies[v] - f_machine + machine[v]);
  return divergence;
}

} // namespace

TEST(WindowMachine, DivergenceIsThatOfItsDefinition) {
  const std::array lambda{0.4, 0.15, -0.05};
  std::array<double, 3> gradient{};
  EXPECT_NEAR(WindowMachine({4, critical}).kl_divergence(lambda, gradient),
              enumerated_divergence(critical, lambda), 1e-11);
}

TEST(WindowMachine, GradientIsThatOfTheDivergence) {
  for (const auto& [side, block] : {std::pair{4U, 2U}, {6U, 2U}, {6U, 3U}}) {
    const WindowMachine machine({side, critical}, block);
    std::vector<double> lambda{0.4, 0.15, -0.05, 0.1, 0.03, -0.02}, gradient(machine.n_weights());
    lambda.resize(machine.n_weights());
    std::vector<double> unused(gradient);
    machine.kl_divergence(lambda, gradient);
    for (std::size_t k = 0; k < lambda.size(); ++k) {
      auto up = lambda, down = lambda;
      up[k] += 1e-5;
      down[k] -= 1e-5;
      EXPECT_NEAR(gradient[k],
                  (machine.kl_divergence(up, unused) - machine.kl_divergence(down, unused)) / 2e-5, 1e-6);
    }
  }
}

TEST(WindowMachine, WithoutWeightsItIsIndependentSpins) {
  const std::array none{0.0, 0.0, 0.0};
  std::array<double, 3> gradient{};
  const SmallTorus torus{6, critical};
  const double expected = critical * ln_z_slope(torus) - ln_z(torus) + 36 * std::log(2.0);
  EXPECT_NEAR(WindowMachine(torus).kl_divergence(none, gradient), expected, 1e-11);
}

TEST(WindowMachine, TheBestMachineIsBetterThanItsNeighbours) {
  for (const auto& [side, block] : {std::pair{4U, 2U}, {6U, 2U}, {6U, 3U}}) {
    const WindowMachine machine({side, critical}, block);
    const auto best = best_window_machine(machine);
    std::vector<double> gradient(machine.n_weights());
    for (std::size_t k = 0; k < machine.n_weights(); ++k)
      for (const double shift : {-0.02, 0.02}) {
        auto other = best.lambda;
        other[k] += shift;
        EXPECT_GT(machine.kl_divergence(other, gradient), best.kl_divergence);
      }
  }
}

TEST(WindowMachine, OfThreeByThreeBlocksWithoutWeightsIsIndependentSpins) {
  const std::vector<double> none(6, 0.0);
  std::vector<double> gradient(6);
  const SmallTorus torus{6, critical};
  const double expected = critical * ln_z_slope(torus) - ln_z(torus) + 36 * std::log(2.0);
  EXPECT_NEAR(WindowMachine(torus, 3).kl_divergence(none, gradient), expected, 1e-11);
}

// Without weights, d^2 D_KL / d lambda_0 d lambda_1 = -n_hidden <S_0 S_1>: the block's centre with the four
// sites beside it, 4 nearest-neighbour correlations, which the slope of ln Z gives in another way.
double centre_and_edges(double coupling) {
  const WindowMachine machine({6, coupling}, 3);
  std::vector<double> up(6, 0.0), down(6, 0.0), gradient_up(6), gradient_down(6);
  up[0] = 1e-4;
  down[0] = -1e-4;
  machine.kl_divergence(up, gradient_up);
  machine.kl_divergence(down, gradient_down);
  return -(gradient_up[1] - gradient_down[1]) / 2e-4 / 16;
}

TEST(WindowMachine, OfThreeByThreeBlocksSeesTheIsingCorrelation) {
  EXPECT_NEAR(centre_and_edges(critical), ln_z_slope({6, critical}) / 72, 1e-6);
  EXPECT_GT(std::abs(centre_and_edges(critical + 1e-3) - ln_z_slope({6, critical}) / 72), 1e-4); // the twin
}

TEST(WindowMachine, NoticesAnotherTemperature) { // the twin: data of another coupling give another divergence
  const std::array lambda{0.4, 0.15, -0.05};
  std::array<double, 3> gradient{};
  EXPECT_GT(std::abs(WindowMachine({4, critical + 1e-4}).kl_divergence(lambda, gradient) -
                     enumerated_divergence(critical, lambda)),
            1e-6);
}

TEST(RowWeights, SlopeIsTheDerivativeOfLnZ) {
  EXPECT_NEAR(ln_z_slope({5, 0.4}), (ln_z({5, 0.4 + 1e-5}) - ln_z({5, 0.4 - 1e-5})) / 2e-5, 1e-7);
}
