#include "blockspin/stages/kadanoff.hpp"

#include <string>
#include <vector>

#include "blockspin/base/log.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/rg/map_comparison.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::stages {
namespace {

/// How the comparisons at all couplings are written, one row a coupling.
class ComparisonWriter {
public:
  ComparisonWriter(archive::StageWriter& writer, const std::vector<rg::MapComparison>& found)
      : writer_(writer), found_(found) {}

  void write_all(std::size_t n_hidden) {
    using Found = rg::MapComparison;
    write("free_energy", &Found::free_energy);
    write("normalised_delta_f", &Found::normalised_delta_f);
    write("free_delta_f", &Found::free_delta_f);
    write("moved_free_energy", &Found::moved_free_energy);
    write("bound/lambda", &Found::bound_lambda);
    write("bound/free_energy", &Found::bound_free_energy);
    write("block_machine/lambda", &Found::block_machine_lambda);
    write("block_machine/kl_divergence", &Found::block_machine_kl_divergence);
    write("free_machine/weights", &Found::free_machine_weights, n_hidden);
    write("free_machine/kl_divergence", &Found::free_machine_kl_divergence);
    write("free_machine/kl_divergence_error", &Found::free_machine_kl_divergence_error);
    write_list<std::uint64_t>("free_machine/converged",
                              [](const Found& at) { return at.free_machine_converged ? 1 : 0; });
    write_couplings();
  }

private:
  template <class T, class Get>
  void write_list(const std::string& path, Get&& get) {
    std::vector<T> values;
    for (const rg::MapComparison& at : found_) values.push_back(static_cast<T>(get(at)));
    writer_.write_list(path, values);
  }
  void write(const std::string& path, double rg::MapComparison::*member) {
    write_list<double>(path, [member](const rg::MapComparison& at) { return at.*member; });
  }
  /// [coupling, values], with n_columns [coupling, values / n_columns, n_columns].
  void write(const std::string& path, std::vector<double> rg::MapComparison::*member,
             std::size_t n_columns = 1) {
    std::vector<double> values;
    for (const rg::MapComparison& at : found_)
      values.insert(values.end(), (at.*member).begin(), (at.*member).end());
    std::vector<std::uint64_t> extent{found_.size(), values.size() / found_.size() / n_columns};
    if (n_columns > 1) extent.push_back(n_columns);
    writer_.write_replicated(path, extent, std::span<const double>(values));
  }
  void write_couplings() {
    const char* names[] = {"moved", "kadanoff", "majority", "decimation", "block_machine", "free_machine"};
    for (std::size_t map = 0; map < rg::n_compared_maps; ++map) {
      const std::string group = std::string("renormalised/") + names[map] + "/";
      const auto write_of = [&](const char* name, double rg::BlockCouplings::*coupling) {
        write_list<double>(group + name,
                           [&](const rg::MapComparison& at) { return at.renormalised[map].*coupling; });
      };
      write_of("nearest", &rg::BlockCouplings::nearest);
      write_of("diagonal", &rg::BlockCouplings::diagonal);
      write_of("plaquette", &rg::BlockCouplings::plaquette);
      write_of("rest", &rg::BlockCouplings::rest);
    }
  }

  archive::StageWriter& writer_;
  const std::vector<rg::MapComparison>& found_;
};

} // namespace

const deck::Schema<KadanoffDeck>& KadanoffStage::schema() {
  using namespace deck;
  using D = KadanoffDeck;
  static const Schema<D> schema =
      Schema<D>("kadanoff", "Kadanoff's variational renormalization group on small tori, exactly",
                field("side", &D::side, "spins a side of the torus")
                    .check_whole([](unsigned side) { return side == 4 || side == 6; }, "4 or 6"),
                field("block", &D::block, "spins a side of a block")
                    .check_whole([](unsigned block) { return block == 2 || block == 3; }, "2 or 3"),
                field("couplings", &D::couplings, "couplings K = J/(k_B T) of the torus")
                    .required()
                    .check(above(0))
                    .check(at_most(2)),
                field("configurations", &D::configurations,
                      "6x6: exact configurations the free machine is trained on, and as many that judge it; "
                      "4x4 sums over all states")
                    .check(between(100, 10000000)),
                field("strengths", &D::strengths, "strengths of Kadanoff's kernel that are scanned")
                    .check(at_least(0))
                    .check(at_most(15)))
          .rule("block", [](const Resolved<D>& resolved) {
            return resolved.deck.side % resolved.deck.block == 0 ? std::string()
                                                                 : std::string("does not divide the side");
          });
  return schema;
}

campaign::Estimate KadanoffStage::estimate(const campaign::Plan&, int) const {
  campaign::Estimate estimate;
  estimate.memory_per_rank = 20e6;
  estimate.work = static_cast<double>(deck().couplings.size());
  estimate.work_unit = "tori";
  estimate.seconds = estimate.work * (deck().side == 4 ? 5.0 : 4.0);
  estimate.layout = "every rank alike";
  return estimate;
}

void KadanoffStage::run(campaign::Context& context) {
  const rng::Generator noise(context.seed(), rng::StreamId::rg_block, rng::instance_number(label()));
  const rng::Generator draws(context.seed(), rng::StreamId::rg_sample, rng::instance_number(label()));
  rg::MapComparisons steps(
      {deck().side, deck().block, deck().couplings, deck().strengths, deck().configurations}, noise, draws,
      [&] { context.safe_point(); });
  context.run_stepper(steps);
  for (std::size_t k = 0; k < deck().couplings.size(); ++k)
    if (!steps.found()[k].free_machine_converged)
      log::warning(label() + ": the free machine's training has not converged at K = " +
                   format_number(deck().couplings[k]));
  archive::StageWriter writer = context.begin_writing();
  writer.write_list("coupling", deck().couplings);
  writer.write_list("strength", deck().strengths);
  ComparisonWriter(writer, steps.found())
      .write_all(std::size_t{deck().side / deck().block} * (deck().side / deck().block));
  writer.commit();
}

std::vector<archive::Row> KadanoffStage::rows() {
  using enum ElementType;
  const archive::Axis coupling{"coupling", "coupling"};
  const archive::Axis strength{"strength", "strength"};
  const archive::Axis site_class{"site_class", ""};
  const archive::Axis window_class{"window_class", ""};
  const archive::Axis visible{"visible", ""};
  const archive::Axis hidden{"hidden", ""};
  return {
      {"coupling", f64, {coupling}, "1", "coupling K = J/(k_B T) of the torus"},
      {"free_energy", f64, {coupling}, "1", "exact free energy F_v = -ln Z of the torus"},
      {"strength",
       f64,
       {strength},
       "1",
       "strength lambda of Kadanoff's kernel, the same for all sites of a block"},
      {"normalised_delta_f", f64, {coupling, strength}, "1", "F_h - F_v of the normalised kernel: zero"},
      {"free_delta_f",
       f64,
       {coupling, strength},
       "1",
       "F_h - F_v of the kernel without its normalisation: no lower bound"},
      {"moved_free_energy", f64, {coupling, strength}, "1", "lower bound on F_v by bond moving"},
      {"bound/lambda",
       f64,
       {coupling, site_class},
       "1",
       "strengths of the highest bound: corners, edges, centre of a block"},
      {"bound/free_energy", f64, {coupling}, "1", "highest lower bound on F_v by bond moving"},
      {"block_machine/lambda",
       f64,
       {coupling, window_class},
       "1",
       "weights of least D_KL of a machine with one hidden spin a block, by class of its window's sites, "
       "from the inside outwards"},
      {"block_machine/kl_divergence",
       f64,
       {coupling},
       "1",
       "D_KL(Ising || that machine) of the torus, in nats"},
      {"free_machine/weights",
       f64,
       {coupling, visible, hidden},
       "1",
       "weights of a machine of the same size trained without constraint to least D_KL"},
      {"free_machine/kl_divergence",
       f64,
       {coupling},
       "1",
       "D_KL(Ising || that machine) of the torus, in nats; on 6x6 over configurations it was not trained on"},
      {"free_machine/kl_divergence_error", f64, {coupling}, "1", "its standard error; 0 on 4x4"},
      {"free_machine/converged",
       u64,
       {coupling},
       "1",
       "1: its training reached a minimum; 0: it stopped before one, so that this is not the least D_KL"},
      {"renormalised/{map}/nearest", f64, {coupling}, "1", "{map}: nearest neighbour coupling of H_RG[h]"},
      {"renormalised/{map}/diagonal", f64, {coupling}, "1", "{map}: diagonal neighbour coupling of H_RG[h]"},
      {"renormalised/{map}/plaquette", f64, {coupling}, "1", "{map}: four spin coupling of H_RG[h]"},
      {"renormalised/{map}/rest",
       f64,
       {coupling},
       "1",
       "{map}: largest Walsh coefficient of any other product"},
  };
}

} // namespace blockspin::stages
