#include "blockspin/archive/layout.hpp"

namespace blockspin::archive {

std::vector<Row> kadanoff_rows() {
  using enum ElementType;
  const std::string stage = "kadanoff";
  const Axis coupling{"coupling", "coupling"};
  const Axis strength{"strength", "strength"};
  const Axis site_class{"site_class", ""};
  const Axis window_class{"window_class", ""};
  const Axis visible{"visible", ""};
  const Axis hidden{"hidden", ""};
  return {
      {stage, "coupling", f64, {coupling}, "1", "coupling K = J/(k_B T) of the torus"},
      {stage, "free_energy", f64, {coupling}, "1", "exact free energy F_v = -ln Z of the torus"},
      {stage,
       "strength",
       f64,
       {strength},
       "1",
       "strength lambda of Kadanoff's kernel, the same for all sites of a block"},
      {stage,
       "normalised_delta_f",
       f64,
       {coupling, strength},
       "1",
       "F_h - F_v of the normalised kernel: zero"},
      {stage,
       "free_delta_f",
       f64,
       {coupling, strength},
       "1",
       "F_h - F_v of the kernel without its normalisation: no lower bound"},
      {stage, "moved_free_energy", f64, {coupling, strength}, "1", "lower bound on F_v by bond moving"},
      {stage,
       "bound/lambda",
       f64,
       {coupling, site_class},
       "1",
       "strengths of the highest bound: corners, edges, centre of a block"},
      {stage, "bound/free_energy", f64, {coupling}, "1", "highest lower bound on F_v by bond moving"},
      {stage,
       "block_machine/lambda",
       f64,
       {coupling, window_class},
       "1",
       "weights of least D_KL of a machine with one hidden spin a block, by class of its window's sites, "
       "from "
       "the inside outwards"},
      {stage,
       "block_machine/kl_divergence",
       f64,
       {coupling},
       "1",
       "D_KL(Ising || that machine) of the torus, in nats"},
      {stage,
       "free_machine/weights",
       f64,
       {coupling, visible, hidden},
       "1",
       "weights of a machine of the same size trained without constraint to least D_KL"},
      {stage,
       "free_machine/kl_divergence",
       f64,
       {coupling},
       "1",
       "D_KL(Ising || that machine) of the torus, in nats; on 6x6 over configurations it was not trained on"},
      {stage, "free_machine/kl_divergence_error", f64, {coupling}, "1", "its standard error; 0 on 4x4"},
      {stage,
       "free_machine/converged",
       u64,
       {coupling},
       "1",
       "1: its training reached a minimum; 0: it stopped before one, so that this is not the least D_KL"},
      {stage,
       "renormalised/{map}/nearest",
       f64,
       {coupling},
       "1",
       "{map}: nearest neighbour coupling of H_RG[h]"},
      {stage,
       "renormalised/{map}/diagonal",
       f64,
       {coupling},
       "1",
       "{map}: diagonal neighbour coupling of H_RG[h]"},
      {stage, "renormalised/{map}/plaquette", f64, {coupling}, "1", "{map}: four spin coupling of H_RG[h]"},
      {stage,
       "renormalised/{map}/rest",
       f64,
       {coupling},
       "1",
       "{map}: largest Walsh coefficient of any other product"},
  };
}

} // namespace blockspin::archive
