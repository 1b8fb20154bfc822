#include "blockspin/archive/layout.hpp"

namespace blockspin::archive {

std::vector<Row> decimation_rows() {
  using enum ElementType;
  const std::string stage = "decimation";
  const Axis chain{"chain", "chain"};
  const Axis step{"step", ""};
  const Axis strength{"strength", "kernel/strength"};
  return {
      {stage, "chain", f64, {chain}, "1", "coupling K = J/(k_B T) each chain starts from"},
      {stage, "coupling", f64, {chain, step}, "1", "coupling K = J/(k_B T) after each decimation"},
      {stage,
       "weight",
       f64,
       {chain, step},
       "1",
       "(1/2) arccosh exp 2K: weights that make a chain of that coupling"},
      {stage, "removed", f64, {chain, step}, "1", "-ln of the factors of all spins removed so far, per spin"},
      {stage,
       "free_energy",
       f64,
       {chain, step},
       "1",
       "free energy -ln Z per spin of the original chain: what was removed and the ring that is left; the "
       "same "
       "at every step, as decimation is exact"},
      {stage, "kernel/strength", f64, {strength}, "1", "strength p of Kadanoff's kernel"},
      {stage, "kernel/coupling", f64, {chain, strength}, "1", "nearest neighbour coupling of H_RG[h]"},
      {stage,
       "kernel/other_coupling",
       f64,
       {chain, strength},
       "1",
       "largest other coupling of H_RG[h], in size"},
      {stage, "kernel/trace_error", f64, {chain, strength}, "1", "largest |ln Tr_h exp T(v)| over all v"},
      {stage, "kernel/delta_f", f64, {chain, strength}, "1", "F_h - F_v of the whole chain"},
  };
}

} // namespace blockspin::archive
