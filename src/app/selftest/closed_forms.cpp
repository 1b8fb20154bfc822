// Closed forms against each other and against published digits: no random numbers.

#include <cmath>

#include <fmt/format.h>

#include "blockspin/app/selftest.hpp"
#include "blockspin/ising/exact/bayes.hpp"
#include "blockspin/ising/exact/density_of_states.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/rbm/enumeration.hpp"
#include "blockspin/rg/decimation.hpp"
#include "blockspin/rg/spin_model.hpp"

namespace blockspin::app {

namespace {

Pull digits(const std::string& what, double computed, double exact, double tolerance) {
  return {what, computed, exact, 0, tolerance};
}

/// Decimation of the chain from K = 1, and of ln Z at every level.
std::vector<Pull> decimation(const mpi::Communicator&) {
  const auto flow = rg::decimate(1, 1024, 5);
  constexpr double published[] = {1, .66250137, .35006114, .11367207, .01281154, 1.6411765e-4};
  std::vector<Pull> pulls;
  for (std::size_t step = 0; step < flow.coupling.size(); ++step)
    pulls.push_back(digits(fmt::format("coupling after {} decimations of K = 1", step), flow.coupling[step],
                           published[step], 6e-9));
  const double free_energy = -ising::exact::ring(1024, 1).ln_z / 1024;
  for (std::size_t step = 0; step < flow.free_energy.size(); ++step)
    pulls.push_back(digits(fmt::format("free energy of the ring at level {}", step), flow.free_energy[step],
                           free_energy, 1e-12));
  return pulls;
}

/// Kaufman's formula against published digits and against the density of states.
std::vector<Pull> torus(const mpi::Communicator&) {
  using ising::exact::critical_temperature;
  const auto ten = ising::exact::torus(10, 10, critical_temperature);
  const auto sixty_four = ising::exact::torus(64, 64, critical_temperature);
  std::vector<Pull> pulls{digits("energy, 10x10, T_c", ten.energy, -1.476242908, 6e-10),
                          digits("specific heat, 10x10, T_c", ten.specific_heat, 1.26001963, 6e-9),
                          digits("energy, 64x64, T_c", sixty_four.energy, -1.423938390, 6e-10),
                          digits("specific heat, 64x64, T_c", sixty_four.specific_heat, 2.19221139, 6e-9)};
  const auto density = ising::exact::torus_density(16, 24);
  for (const double t : {0.5, 2.0, 2.3, 10.0})
    pulls.push_back(digits(fmt::format("ln Z, 16x24, T = {}, by density of states", t), density.ln_z(t),
                           ising::exact::torus(16, 24, t).ln_z, 1e-9));
  std::vector<double> temperatures;
  for (int i = 0; i < 25; ++i) temperatures.push_back(0.25 * i);
  const auto best = ising::exact::BayesThermometer({10, 10}, temperatures).expected();
  pulls.push_back(digits("Bayes cross entropy, 10x10, T = 0..6", best.cross_entropy, 2.1265, 0.002));
  pulls.push_back(digits("Bayes accuracy, 10x10, T = 0..6", best.accuracy, 0.189, 0.001));
  return pulls;
}

/// One hidden spin a bond makes a machine that is the Ising model: its enumerated
/// ln Z is known from Kaufman's.
std::vector<Pull> machine_ln_z(const mpi::Communicator& comm) {
  std::vector<Pull> pulls;
  for (const double coupling : {0.2, 0.4, 0.8}) {
    const std::uint64_t extents[] = {3, 3};
    const auto bonds = rg::periodic_bonds(extents);
    rbm::Machine machine(rbm::Units::spin, 9, bonds.size());
    const auto weight = static_cast<float>(rg::undecimated_coupling(coupling));
    for (std::size_t b = 0; b < bonds.size(); ++b)
      machine.weights(bonds[b].first, b) = machine.weights(bonds[b].second, b) = weight;
    const double k = rg::decimated_coupling(static_cast<double>(weight)); // of the rounded weight
    const double exact =
        ising::exact::torus(3, 3, 1 / k).ln_z + static_cast<double>(bonds.size()) * (std::log(2.0) + k);
    pulls.push_back(digits(fmt::format("ln Z of the bond machine of 3x3, K = {}", coupling),
                           rbm::ln_z(machine, comm), exact, 1e-10));
  }
  return pulls;
}

} // namespace

std::vector<SelfTest> closed_form_selftests() {
  return {{"decimation", "the chain's couplings and free energy, level by level", decimation},
          {"torus", "Kaufman's formula: published digits, density of states, Bayes thermometer", torus},
          {"rbm", "ln Z of a machine that is exactly the Ising model", machine_ln_z}};
}

} // namespace blockspin::app
