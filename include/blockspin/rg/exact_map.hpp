#pragma once
// A variational RG map T(v,h) examined by summing over every state of a tiny system.

#include <span>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/rbm/machine.hpp"

namespace blockspin::rg {

/// Everything the variational RG says of one map; energies in units of k_B T, states as in couplings.hpp.
struct ExactMap {
  std::vector<double> ln_trace;     ///< ln Tr_h exp T(v) [2^n_visible]; zero everywhere: the map is exact
  std::vector<double> renormalised; ///< H_RG[h] = -ln Tr_v exp(T(v,h) - H[v]) [2^n_hidden]
  double free_energy_visible = 0;   ///< F_v = -ln Tr_v exp(-H)
  double free_energy_hidden = 0;    ///< F_h = -ln Tr_h exp(-H_RG)
  double delta_f = 0;               ///< F_h - F_v
  double ln_trace_mean = 0;         ///< over v with weight exp(-H)
  double ln_trace_std = 0;
  double ln_mean_trace = 0; ///< ln <Tr_h exp T>
  double kl_divergence = 0; ///< D_KL(P || p) in nats, from its definition; p(v) ~ Tr_h exp(T - H)
};

/// hamiltonian: H on 2^n_visible states; map: T [2^n_visible, 2^n_hidden]. Local.
/// Equations: Mehta & Schwab 2014.
ExactMap examine_map(std::span<const double> hamiltonian, View<const double, 2> map);

/// T = -E + H for a Boltzmann machine [2^n_visible, 2^n_hidden]; n_visible + n_hidden <= 24. Local.
Array<double, 2> machine_map(const rbm::Machine& machine, std::span<const double> hamiltonian);

/// By how much, at worst, each identity of a machine's map fails to hold: rounding, for a correct program.
/// The left sides come from sums over states, the right sides from the machine's own closed forms.
struct IdentityErrors {
  double trace = 0;         ///< ln Tr_h exp T(v) = H[v] - H_RBM[v], every v
  double renormalised = 0;  ///< H_RG[h] = H_RBM[h], every h
  double conditional = 0;   ///< T(v,h) = ln p(h|v) + H[v] - H_RBM[v], every v and h
  double mean_trace = 0;    ///< ln <Tr_h exp T>_P = ln Z_RBM - ln Z
  double delta_f = 0;       ///< F_h - F_v = ln Z - ln Z_RBM
  double kl_divergence = 0; ///< D_KL(P||p) = ln Z_RBM - ln Z - <ln Tr_h exp T>_P

  double largest() const;
};
IdentityErrors check_identities(const rbm::Machine& machine, std::span<const double> hamiltonian,
                                const ExactMap& map);

} // namespace blockspin::rg
