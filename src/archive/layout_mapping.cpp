#include "blockspin/archive/layout.hpp"

namespace blockspin::archive {

std::vector<Row> mapping_rows() {
  using enum ElementType;
  const std::string stage = "mapping";
  const Axis configuration{"configuration", ""};
  const Axis hidden{"hidden_configuration", ""};
  return {
      {stage,
       "ln_trace/value",
       f64,
       {configuration},
       "1",
       "ln Tr_h exp T(v) = H[v] - H_RBM[v] of each configuration, in their kept order"},
      {stage, "ln_trace/mean", f64, {}, "1", "mean of ln Tr_h exp T over the data"},
      {stage, "ln_trace/mean_error", f64, {}, "1", "its standard error"},
      {stage,
       "ln_trace/std",
       f64,
       {},
       "1",
       "standard deviation of ln Tr_h exp T over the data; zero for a map exact up to a constant"},
      {stage, "ln_trace/std_error", f64, {}, "1", "its standard error"},
      {stage, "ln_trace/minimum", f64, {}, "1", "smallest ln Tr_h exp T of the data"},
      {stage, "ln_trace/maximum", f64, {}, "1", "largest ln Tr_h exp T of the data"},
      {stage, "ising_ln_z", f64, {}, "1", "exact ln Z of the Ising model"},
      {stage, "machine_ln_z", f64, {}, "1", "ln Z_RBM of the machine"},
      {stage, "delta_f", f64, {}, "1", "F_h - F_v = ln Z - ln Z_RBM"},
      {stage, "delta_f_error", f64, {}, "1", "its standard error, from that of ln Z_RBM"},
      {stage, "kl_divergence", f64, {}, "1", "D_KL(Ising || machine) of the whole lattice, in nats"},
      {stage, "kl_divergence_error", f64, {}, "1", "its standard error"},
      {stage, "kl_divergence_per_spin", f64, {}, "1", "D_KL(Ising || machine) per spin, in nats"},
      {stage, "kl_divergence_per_spin_error", f64, {}, "1", "its standard error"},
      {stage,
       "renormalised/sampled",
       f64,
       {hidden},
       "1",
       "H_RG[h] = -ln Tr_v exp(T - H) of hidden configurations drawn from data, by importance sampling of v"},
      {stage, "renormalised/machine", f64, {hidden}, "1", "H_RBM[h] of the same, the machine's closed form"},
      {stage, "renormalised/violation", f64, {}, "1", "largest |H_RG[h] - H_RBM[h]|: rounding"},
      {stage,
       "renormalised/spread",
       f64,
       {},
       "1",
       "largest spread of the draws of one H_RG[h], which has no variance: rounding"},
      {stage,
       "identity/{identity}",
       f64,
       {},
       "1",
       "largest violation of the identity '{identity}' of the map, by enumeration of all states"},
      {stage, "enumerated/{quantity}", f64, {}, "1", "{quantity} by enumeration of all states"},
  };
}

} // namespace blockspin::archive
