#include "blockspin/stages/decimation.hpp"

#include "blockspin/base/array.hpp"
#include "blockspin/rg/chain_kernel.hpp"
#include "blockspin/rg/decimation.hpp"
#include "blockspin/stages/context.hpp"

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

void write_kernels(archive::StageWriter& writer, const DecimationDeck& deck) {
  const Shape<2> shape{deck.couplings.size(), deck.kernel.size()};
  Table coupling(shape), other(shape), trace_error(shape), delta_f(shape);
  for (std::size_t chain = 0; chain < shape[0]; ++chain)
    for (std::size_t p = 0; p < shape[1]; ++p) {
      const auto kernel = rg::apply_chain_kernel(deck.couplings[chain], deck.kernel[p], deck.kernel_sites);
      coupling(chain, p) = kernel.coupling;
      other(chain, p) = kernel.longest_coupling;
      trace_error(chain, p) = kernel.trace_error;
      delta_f(chain, p) = kernel.delta_f;
    }
  writer.write_list("kernel/strength", deck.kernel);
  writer.write_table("kernel/coupling", coupling);
  writer.write_table("kernel/other_coupling", other);
  writer.write_table("kernel/trace_error", trace_error);
  writer.write_table("kernel/delta_f", delta_f);
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

void DecimationStage::run(Context& context) {
  archive::StageWriter writer = context.begin_writing();
  writer.write_list("chain", deck().couplings);
  write_flows(writer, deck());
  write_kernels(writer, deck());
  writer.commit();
}

} // namespace blockspin::stages
