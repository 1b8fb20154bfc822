#include "blockspin/archive/layout.hpp"

namespace blockspin::archive {

std::vector<Row> likelihood_rows() {
  using enum ElementType;
  const std::string stage = "likelihood";
  const Axis temperature{"temperature", "temperature"};
  return {
      {stage, "temperature", f64, {temperature}, "J/k_B", "temperatures of the sample"},
      {stage, "ln_z", f64, {}, "1", "logarithm of the partition function of the machine"},
      {stage, "ln_z_error", f64, {}, "1", "standard error of ln_z; 0 where it is exact"},
      {stage,
       "ln_z_back",
       f64,
       {},
       "1",
       "ln Z annealed back, from the machine to independent units: ln_z tends to be too small, this too "
       "large"},
      {stage, "ln_z_back_error", f64, {}, "1", "standard error of ln_z_back"},
      {stage,
       "effective_chains",
       f64,
       {},
       "1",
       "(sum w)^2 / sum w^2 of the chains' weights: near 1 the errors mean nothing"},
      {stage,
       "log_likelihood/mean",
       f64,
       {temperature},
       "1",
       "ln p(v) of the machine, mean over the kept configurations; natural logarithm"},
      {stage,
       "log_likelihood/error",
       f64,
       {temperature},
       "1",
       "standard error of the mean, that of ln_z included"},
      {stage,
       "kl_divergence/mean",
       f64,
       {temperature},
       "1",
       "D_KL(Ising at T, machine) in nats, absolute; NaN where the Ising ln Z is not known exactly"},
      {stage,
       "kl_divergence/error",
       f64,
       {temperature},
       "1",
       "standard error of the mean, that of ln_z included"},
  };
}

} // namespace blockspin::archive
