#pragma once
// ln Tr_h exp T(v) over configurations: how far a map is from exact, where states cannot be listed.

#include <cstdint>
#include <functional>
#include <span>

#include "blockspin/base/packed.hpp"
#include "blockspin/rg/spin_model.hpp"

namespace blockspin::rg {

/// A free energy H_RBM[v] of spins +-1, in units of k_B T.
using FreeEnergy = std::function<double(std::span<const std::int8_t>)>;

/// out[i] = ln Tr_h exp T(v_i) = H[v_i] - H_RBM[v_i]; each depends on its own configuration only. Local.
void ln_traces(const SpinModel& model, const FreeEnergy& machine, const PackedView& configurations,
               std::span<double> out);

/// A number and its standard error.
struct Estimated {
  double value = 0;
  double error = 0;
};

/// Of ln_traces over configurations of P, in their kept order; errors by jackknife
/// over `n_bins` contiguous bins.
struct LnTraceMoments {
  Estimated mean;
  Estimated std; ///< zero: the map is exact up to a constant
  double minimum = 0;
  double maximum = 0;
};
/// Two values or more. Local.
LnTraceMoments ln_trace_moments(std::span<const double> values, std::size_t n_bins = 50);

/// What follows from ln Z of both sides: delta F = ln Z - ln Z_RBM, D_KL(P||p) = ln
/// Z_RBM - ln Z - <ln Tr_h exp T>.
struct MapVerdict {
  Estimated delta_f;
  Estimated kl_divergence;
};
MapVerdict judge_map(const LnTraceMoments& moments, double ising_ln_z, Estimated machine_ln_z);

} // namespace blockspin::rg
