#include "blockspin/archive/layout.hpp"

namespace blockspin::archive {

std::vector<Row> chain_machine_rows() {
  using enum ElementType;
  const std::string stage = "chain_machine";
  const Axis coupling{"coupling", "coupling"};
  const Axis repeat{"repeat", ""};
  return {
      {stage, "coupling", f64, {coupling}, "1", "coupling K' = J/(k_B T) of the sampled chains"},
      {stage,
       "exact_weight",
       f64,
       {coupling},
       "1",
       "(1/2) arccosh exp 2K': weight of the exact machine, one hidden spin a bond"},
      {stage,
       "weight/mean",
       f64,
       {coupling},
       "1",
       "mean |w| of bonds held by one unit alone, all repeats; NaN where there are none"},
      {stage, "weight/error", f64, {coupling}, "1", "its standard error over those bonds"},
      {stage, "weight/count", u64, {coupling}, "1", "number of bonds held by one unit alone, all repeats"},
      {stage,
       "learned_coupling/mean",
       f64,
       {coupling},
       "1",
       "nearest neighbour coupling of H_RBM[v], mean over repeats; exact is K'"},
      {stage, "learned_coupling/error", f64, {coupling}, "1", "its standard error over bonds and repeats"},
      {stage, "other_coupling", f64, {coupling, repeat}, "1", "largest other coupling of H_RBM[v], in size"},
      {stage,
       "kl_divergence",
       f64,
       {coupling, repeat},
       "1",
       "D_KL(chain || machine) of the whole chain in nats, exact"},
  };
}

} // namespace blockspin::archive
