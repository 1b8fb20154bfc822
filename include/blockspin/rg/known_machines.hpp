#pragma once
// Two machines whose maps are known in closed form at any size: one exact, one not.

#include <cstdint>
#include <span>

#include "blockspin/rg/spin_model.hpp"

namespace blockspin::rg {

/// The machine that is the Ising model: one hidden spin a bond, E = -w sum_b h_b (v_i + v_j), cosh 2w =
/// exp 2K. Its visible marginal is the Ising distribution, ln Tr_h exp T(v) = n_bonds (ln 2 + K) for
/// every v, D_KL = 0; as that constant is not zero, delta F is minus it. In double precision, since
/// float32 weights would show.
class BondMachine {
public:
  /// K >= 0 and no field, else ErrorKind::internal.
  explicit BondMachine(const SpinModel& model);

  double weight() const { return weight_; }
  std::uint64_t n_hidden() const { return model_.bonds.size(); }
  /// H_RBM[v] = -sum_b ln 2cosh w(v_i + v_j), summed over the bonds one by one.
  double free_energy(std::span<const std::int8_t> spins) const;
  /// ln Z_RBM, from the machine's own bonds and the Ising model's ln Z at its coupling.
  double ln_z(double ising_ln_z) const;

private:
  SpinModel model_;
  double weight_;
};

/// The counter-example of Lin & Tegmark (2017): E(v,h) = H(v) + H(h) + K(v) + ln Z', Z' = Tr_v exp(-H-K),
/// which is no restricted machine. Its F_h equals F_v, yet ln Tr_h exp T(v) = ln Z - ln Z' - K(v) depends on
/// v: equal free energies do not make a map exact. Here K(v) = -extra sum_bonds v_i v_j, so that Z' is an
/// Ising partition function.
class LinTegmarkMachine {
public:
  /// ln_z: of the model; ln_z_prime: of the model with coupling K + extra.
  LinTegmarkMachine(const SpinModel& model, double extra, double ln_z, double ln_z_prime);

  /// -ln Tr_h exp(-E(v,h)) = H(v) + K(v) + ln Z' - ln Z.
  double free_energy(std::span<const std::int8_t> spins) const;
  /// ln Tr exp(-E) = ln Z of the model itself, whatever K is.
  double ln_z() const { return ln_z_; }

private:
  SpinModel model_;
  double extra_;
  double ln_z_;
  double ln_z_prime_;
};

} // namespace blockspin::rg
