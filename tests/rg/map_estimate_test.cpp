#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/rg/couplings.hpp"
#include "blockspin/rg/exact_map.hpp"
#include "blockspin/rg/known_machines.hpp"
#include "blockspin/rg/map_estimate.hpp"
#include "blockspin/rng/generator.hpp"

using namespace blockspin;
using namespace blockspin::rg;

namespace {

SpinModel torus(double coupling) {
  const std::array<std::uint64_t, 2> extents{3, 3};
  return {9, periodic_bonds(extents), coupling, 0};
}

/// Independent configurations of a 3x3 torus, by inverting the cumulative distribution of its 512 states.
Array<std::uint8_t, 2> exact_sample(const SpinModel& model, std::size_t n) {
  const auto energies = model.all_energies();
  const double f = free_energy_of(energies);
  const rng::Generator generator(11, rng::StreamId::test, rng::instance_number("map_estimate"));
  Array<std::uint8_t, 2> packed({n, packed_bytes(9)});
  for (std::size_t i = 0; i < n; ++i) {
    double left = generator.uniform(0, i);
    std::size_t state = 0;
    while (state + 1 < energies.size() && (left -= std::exp(f - energies[state])) > 0) ++state;
    packed(i, 0) = static_cast<std::uint8_t>(state & 255);
    packed(i, 1) = static_cast<std::uint8_t>(state >> 8);
  }
  return packed;
}

/// How many standard errors the estimated D_KL of the counter-example is from the enumerated one, when the
/// data come from coupling `sampled` but are taken for `assumed`.
double deviation(double sampled, double assumed) {
  const auto model = torus(assumed);
  auto stronger = model;
  stronger.coupling += 0.15;
  const double ln_z = -free_energy_of(model.all_energies());
  const double ln_z_prime = -free_energy_of(stronger.all_energies());
  const LinTegmarkMachine machine(model, 0.15, ln_z, ln_z_prime);

  const auto energies = model.all_energies();
  double exact = 0; // sum over v of P ln(P / p), p the Ising distribution of the stronger coupling
  for (std::size_t v = 0; v < energies.size(); ++v) {
    const double ln_p = -energies[v] - ln_z;
    exact += std::exp(ln_p) * (ln_p + energies[v] * stronger.coupling / model.coupling + ln_z_prime);
  }
  const auto packed = exact_sample(torus(sampled), 20000);
  std::vector<double> values(20000);
  ln_traces(
      model, [&](auto spins) { return machine.free_energy(spins); }, {packed, 9}, values);
  const auto verdict = judge_map(ln_trace_moments(values), ln_z, {machine.ln_z(), 0});
  EXPECT_EQ(verdict.delta_f.value, 0) << "equal free energies, and still not exact";
  return (verdict.kl_divergence.value - exact) / verdict.kl_divergence.error;
}

} // namespace

// False alarm: |t| > 7 with 49 degrees of freedom, below 1e-8.
TEST(MapEstimate, DivergenceAgreesWithEnumerationWithinItsError) {
  EXPECT_LT(std::abs(deviation(0.4, 0.4)), 7);
}

TEST(MapEstimate, NoticesDataOfAnotherTemperature) { // the twin
  EXPECT_GT(std::abs(deviation(0.42, 0.4)), 7);
}

TEST(MapEstimate, SpreadOfANearlyConstantSeriesKeepsItsDigits) {
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) values.push_back(3500 + 1e-6 * (i % 2));
  EXPECT_NEAR(ln_trace_moments(values).std.value, 0.5e-6, 1e-10);
}
