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
    write("free_machine/block_share", &Found::free_machine_share);
    write("free_machine/kl_divergence", &Found::free_machine_kl_divergence);
    write("free_machine/kl_divergence_error", &Found::free_machine_kl_divergence_error);
    write("free_machine/gradient_norm", &Found::free_machine_gradient_norm);
    write("free_machine/minimum", &Found::free_machine_minimum);
    write_list<std::uint64_t>("free_machine/starts_at_least",
                              [](const Found& at) { return at.n_starts_at_least; });
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
  void write(const std::string& path, std::vector<double> rg::MapComparison::*member,
             std::size_t n_columns = 1) {
    write_rows(
        path, [member](const rg::MapComparison& at) -> const auto& { return at.*member; }, n_columns);
  }
  /// [coupling, values], with n_columns [coupling, values / n_columns, n_columns].
  template <class Get>
  void write_rows(const std::string& path, Get&& get, std::size_t n_columns = 1) {
    std::vector<double> values;
    for (const rg::MapComparison& at : found_) values.insert(values.end(), get(at).begin(), get(at).end());
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
      write_list<double>(group + "pair_sum",
                         [&](const rg::MapComparison& at) { return at.invariants[map].pair_sum; });
      write_rows(
          group + "strength", [&](const rg::MapComparison& at) -> const auto& {
            return at.invariants[map].strength;
          });
    }
  }

  archive::StageWriter& writer_;
  const std::vector<rg::MapComparison>& found_;
};

/// What to think of the least D_KL, where there is something to think of.
void warn_of_minima(const std::string& label, const std::vector<double>& couplings,
                    const std::vector<rg::MapComparison>& found) {
  std::string once;
  for (std::size_t k = 0; k < found.size(); ++k) {
    if (found[k].free_machine_gradient_norm > rg::stationary_gradient)
      log::warning(label + ": the free machine of least D_KL at K = " + format_number(couplings[k]) +
                   " is not at a minimum: its training ended where the gradient's norm is " +
                   format_number(found[k].free_machine_gradient_norm));
    if (found[k].n_starts_at_least == 1) once += (once.empty() ? "" : ", ") + format_number(couplings[k]);
  }
  if (!once.empty())
    log::warning(label + ": only one start reached the least D_KL of the free machine at K = " + once +
                 "; more starts may find a lower one");
}

} // namespace

const deck::Schema<KadanoffDeck>& KadanoffStage::schema() {
  using namespace deck;
  using D = KadanoffDeck;
  static const Schema<D> schema =
      Schema<D>(
          "kadanoff", "Kadanoff's variational renormalization group on small tori, exactly",
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
          field("starts", &D::starts,
                "weights the free machine is trained from, the least D_KL counting: the block machine's, "
                "then random ones")
              .check(between(1, 10000)),
          field("strengths", &D::strengths, "strengths of Kadanoff's kernel that are scanned")
              .check(at_least(0))
              .check(at_most(15)))
          .rule("block", [](const Resolved<D>& resolved) {
            return resolved.deck.side % resolved.deck.block == 0 ? std::string()
                                                                 : std::string("does not divide the side");
          });
  return schema;
}

campaign::Estimate KadanoffStage::estimate(const campaign::Plan&, int n_ranks) const {
  const double n_trainings = static_cast<double>(deck().couplings.size() * deck().starts);
  const double n_states = deck().side == 4 ? 32768.0 : static_cast<double>(deck().configurations);
  const double n_weights = deck().side == 4 ? 64.0 : deck().block == 2 ? 324.0 : 144.0;
  campaign::Estimate estimate;
  estimate.memory_per_rank = 20e6 + 48 * n_states + 16e3 * n_weights;
  estimate.archive_bytes = 8 * static_cast<double>(deck().couplings.size()) * n_weights;
  estimate.n_parts = static_cast<double>(deck().starts);
  estimate.work = n_trainings;
  estimate.work_unit = "trainings";
  // Some hundred evaluations a training, of some 50 ns a state and hidden unit of 4x4.
  estimate.seconds = n_trainings * n_states * n_weights * 4e-7;
  estimate.layout =
      "the starts of a coupling divided over " + counted(static_cast<std::uint64_t>(n_ranks), "rank");
  return estimate;
}

void KadanoffStage::run(campaign::Context& context) {
  const rng::Generator noise = context.random(rng::StreamId::rg_block, label());
  const rng::Generator draws = context.random(rng::StreamId::rg_sample, label());
  const rg::MapComparisonPlan plan{deck().side,      deck().block,          deck().couplings,
                                   deck().strengths, deck().configurations, deck().starts};
  rg::MapComparisons steps(context.comm(), plan, noise, draws, [&] { context.safe_point(); });
  context.run_stepper(steps);
  warn_of_minima(label(), plan.couplings, steps.found());
  std::vector<std::uint32_t> order;
  for (std::uint32_t n = 2; n <= plan.n_hidden(); n += 2) order.push_back(n);
  archive::StageWriter writer = context.begin_writing();
  writer.write_list("coupling", deck().couplings);
  writer.write_list("strength", deck().strengths);
  writer.write_list("order", order);
  ComparisonWriter(writer, steps.found()).write_all(plan.n_hidden());
  writer.commit();
}

std::vector<rng::StreamId> KadanoffStage::streams() {
  using enum rng::StreamId;
  return {rg_block, rg_sample};
}

std::vector<archive::Row> KadanoffStage::rows() {
  using enum ElementType;
  const archive::Axis coupling{"coupling", "coupling"};
  const archive::Axis strength{"strength", "strength"};
  const archive::Axis site_class{"site_class", ""};
  const archive::Axis window_class{"window_class", ""};
  const archive::Axis visible{"visible", ""};
  const archive::Axis hidden{"hidden", ""};
  const archive::Axis start{"start", ""};
  const archive::Axis order{"order", "order"};
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
       "weights of a machine of the same size, trained without constraint from many starts: those of least "
       "D_KL; hidden spin B is that of block B where block_share tells which is which"},
      {"free_machine/block_share",
       f64,
       {coupling, hidden},
       "1",
       "share of each hidden spin's squared weights in one block; block couplings are NaN unless every block "
       "has more than half of one hidden spin's"},
      {"free_machine/kl_divergence",
       f64,
       {coupling},
       "1",
       "D_KL(Ising || that machine) of the torus, in nats; on 6x6 over configurations it was not trained on"},
      {"free_machine/kl_divergence_error", f64, {coupling}, "1", "its standard error; 0 on 4x4"},
      {"free_machine/gradient_norm",
       f64,
       {coupling},
       "1",
       "norm of the gradient of D_KL by the weights at the end of that machine's training, in nats; below 1e-5: "
       "a stationary point, a local minimum as a rule"},
      {"free_machine/minimum",
       f64,
       {coupling, start},
       "1",
       "D_KL where the training from each start ended, in nats; on 6x6 over the configurations it was trained "
       "on"},
      {"free_machine/starts_at_least",
       u64,
       {coupling},
       "1",
       "starts whose training ended within 1e-6 nats of the least D_KL"},
      {"renormalised/{map}/nearest", f64, {coupling}, "1", "{map}: nearest neighbour coupling of H_RG[h]"},
      {"renormalised/{map}/diagonal", f64, {coupling}, "1", "{map}: diagonal neighbour coupling of H_RG[h]"},
      {"renormalised/{map}/plaquette", f64, {coupling}, "1", "{map}: four spin coupling of H_RG[h]"},
      {"renormalised/{map}/rest",
       f64,
       {coupling},
       "1",
       "{map}: largest Walsh coefficient of any other product"},
      {"order", u32, {order}, "1", "numbers of block spins in a product"},
      {"renormalised/{map}/pair_sum",
       f64,
       {coupling},
       "1",
       "{map}: sum of the couplings of all pairs of block spins, turned so that it is largest; no renumbering "
       "of block spins changes it"},
      {"renormalised/{map}/strength",
       f64,
       {coupling, order},
       "1",
       "{map}: root of the sum of squared couplings of all products of so many block spins; neither renumbering "
       "nor turning block spins changes it"},
  };
}

} // namespace blockspin::stages
