#include "blockspin/stages/decimation.hpp"

#include "blockspin/base/array.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/mpi/divided_rows.hpp"
#include "blockspin/rg/chain_kernel.hpp"
#include "blockspin/rg/decimation.hpp"

namespace blockspin::stages {
namespace {

/// A table over chains, filled row by row.
using Table = Array<double, 2>;

void write_flows(archive::StageWriter& writer, const DecimationDeck& deck) {
  const Shape<2> shape{deck.couplings.size(), deck.steps + 1};
  Table coupling(shape), weight(shape), removed(shape), free_energy(shape);
  for (std::size_t chain = 0; chain < shape[0]; ++chain) {
    const rg::DecimationFlow flow = rg::decimate(deck.couplings[chain], deck.sites, deck.steps);
    for (std::size_t step = 0; step < shape[1]; ++step) {
      coupling(chain, step) = flow.coupling[step];
      weight(chain, step) = rg::undecimated_coupling(flow.coupling[step]);
      removed(chain, step) = flow.removed[step];
      free_energy(chain, step) = flow.free_energy[step];
    }
  }
  writer.write_table("coupling", coupling);
  writer.write_table("weight", weight);
  writer.write_table("removed", removed);
  writer.write_table("free_energy", free_energy);
}

/// What a kernel does to a chain: a row a chain and strength. Up to a tenth of a second each.
constexpr std::size_t kernel_values = 4;

std::vector<double> kernel_rows(campaign::Context& context, const DecimationDeck& deck) {
  const std::size_t n_kernels = deck.kernel.size();
  mpi::DividedRows table(context.comm(), {deck.couplings.size() * n_kernels, kernel_values, 1},
                         [&](mpi::Range rows, View<double, 2> values) {
                           for (std::uint64_t row = rows.first; row < rows.last; ++row) {
                             const auto kernel =
                                 rg::apply_chain_kernel(deck.couplings[row / n_kernels],
                                                        deck.kernel[row % n_kernels], deck.kernel_sites);
                             const auto out = values.row(row - rows.first);
                             out[0] = kernel.coupling;
                             out[1] = kernel.longest_coupling;
                             out[2] = kernel.trace_error;
                             out[3] = kernel.delta_f;
                           }
                         });
  context.run_stepper(table);
  return table.gathered();
}

void write_kernels(archive::StageWriter& writer, const DecimationDeck& deck,
                   const std::vector<double>& rows) {
  writer.write_list("kernel/strength", deck.kernel);
  const char* paths[kernel_values] = {"kernel/coupling", "kernel/other_coupling", "kernel/trace_error",
                                      "kernel/delta_f"};
  for (std::size_t k = 0; k < kernel_values; ++k) {
    Table table({deck.couplings.size(), deck.kernel.size()});
    for (std::size_t i = 0; i < table.size(); ++i) table.flat()[i] = rows[i * kernel_values + k];
    writer.write_table(paths[k], table);
  }
}

} // namespace

const deck::Schema<DecimationDeck>& DecimationStage::schema() {
  using namespace deck;
  using D = DecimationDeck;
  static const Schema<D> schema =
      Schema<D>(
          "decimation", "renormalizes Ising chains exactly",
          field("couplings", &D::couplings, "couplings K = J/(k_B T) of the chains")
              .required()
              .check(at_least(0)),
          field("steps", &D::steps, "how often every second spin is summed over")
              .required()
              .check(between(1, 40)),
          field("sites", &D::sites, "spins of the periodic chain, a multiple of 2^steps").check(at_least(2)),
          field("kernel", &D::kernel, "strengths p of Kadanoff's kernel").check(at_least(0)),
          field("kernel_sites", &D::kernel_sites,
                "spins of the chain the kernel is enumerated on, an even number")
              .check(between(6, 14)))
          .rule("sites",
                [](const Resolved<D>& resolved) {
                  const D& deck = resolved.deck;
                  return deck.sites % (std::uint64_t{1} << deck.steps) == 0
                             ? std::string()
                             : "cannot be halved " + std::to_string(deck.steps) + " times";
                })
          .rule("kernel_sites", [](const Resolved<D>& resolved) {
            return resolved.deck.kernel_sites % 2 == 0 ? std::string() : std::string("is odd");
          });
  return schema;
}

void DecimationStage::run(campaign::Context& context) {
  const auto kernels = kernel_rows(context, deck());
  archive::StageWriter writer = context.begin_writing();
  writer.write_list("chain", deck().couplings);
  write_flows(writer, deck());
  write_kernels(writer, deck(), kernels);
  writer.commit();
}

std::vector<archive::Row> DecimationStage::rows() {
  using enum ElementType;
  const archive::Axis chain{"chain", "chain"};
  const archive::Axis step{"step", ""};
  const archive::Axis strength{"strength", "kernel/strength"};
  return {
      {"chain", f64, {chain}, "1", "coupling K = J/(k_B T) each chain starts from"},
      {"coupling", f64, {chain, step}, "1", "coupling K = J/(k_B T) after each decimation"},
      {"weight", f64, {chain, step}, "1", "(1/2) arccosh exp 2K: weights that make a chain of that coupling"},
      {"removed", f64, {chain, step}, "1", "-ln of the factors of all spins removed so far, per spin"},
      {"free_energy",
       f64,
       {chain, step},
       "1",
       "free energy -ln Z per spin of the original chain: what was removed and the ring that is left; the "
       "same at every step, as decimation is exact"},
      {"kernel/strength", f64, {strength}, "1", "strength p of Kadanoff's kernel"},
      {"kernel/coupling", f64, {chain, strength}, "1", "nearest neighbour coupling of H_RG[h]"},
      {"kernel/other_coupling", f64, {chain, strength}, "1", "largest other coupling of H_RG[h], in size"},
      {"kernel/trace_error", f64, {chain, strength}, "1", "largest |ln Tr_h exp T(v)| over all v"},
      {"kernel/delta_f", f64, {chain, strength}, "1", "F_h - F_v of the whole chain"},
  };
}

} // namespace blockspin::stages
