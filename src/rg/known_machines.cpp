#include "blockspin/rg/known_machines.hpp"

#include <numbers>

#include "blockspin/base/error.hpp"
#include "blockspin/rg/couplings.hpp"
#include "blockspin/rg/decimation.hpp"

namespace blockspin::rg {

BondMachine::BondMachine(const SpinModel& model)
    : model_(model), weight_(undecimated_coupling(model.coupling)) {
  require(model.coupling >= 0 && model.field == 0, "the bond machine is for a ferromagnet without a field");
}

double BondMachine::free_energy(std::span<const std::int8_t> spins) const {
  double sum = 0;
  for (const auto& [i, j] : model_.bonds) sum -= ln_2cosh(weight_ * (spins[i] + spins[j]));
  return sum;
}

double BondMachine::ln_z(double ising_ln_z) const {
  // Tr_h of one bond: 2cosh 2w = 2 exp(2K) where the spins agree, 2 where they do
  // not: 2 exp(K) exp(K v_i v_j).
  const double per_bond = std::numbers::ln2 + decimated_coupling(weight_);
  return ising_ln_z + static_cast<double>(n_hidden()) * per_bond;
}

LinTegmarkMachine::LinTegmarkMachine(const SpinModel& model, double extra, double ln_z, double ln_z_prime)
    : model_(model), extra_(extra), ln_z_(ln_z), ln_z_prime_(ln_z_prime) {}

double LinTegmarkMachine::free_energy(std::span<const std::int8_t> spins) const {
  return model_.hamiltonian(spins) - extra_ * static_cast<double>(model_.bond_sum(spins)) + ln_z_prime_ -
         ln_z_;
}

} // namespace blockspin::rg
