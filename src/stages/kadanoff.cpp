#include "blockspin/stages/kadanoff.hpp"

#include <map>

#include "blockspin/base/array.hpp"
#include "blockspin/base/log.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/rg/bond_moving.hpp"
#include "blockspin/rg/couplings.hpp"
#include "blockspin/rg/free_machine.hpp"
#include "blockspin/rg/spin_model.hpp"
#include "blockspin/rg/window_machine.hpp"
#include "blockspin/rng/generator.hpp"
#include "blockspin/stages/context.hpp"

namespace blockspin::stages {
namespace {

using Table = Array<double, 2>;

/// Rows of equal length, one a coupling, as one table.
Table table_of(const std::vector<std::vector<double>>& rows) {
  Table table({rows.size(), rows.front().size()});
  for (std::size_t i = 0; i < rows.size(); ++i)
    std::copy(rows[i].begin(), rows[i].end(), table.row(i).begin());
  return table;
}

/// The renormalised couplings of each map, coupling by coupling.
class CouplingTables {
public:
  explicit CouplingTables(unsigned n_blocks) : n_blocks_(n_blocks) {}
  void add(const std::string& map, const std::vector<double>& hamiltonian) {
    tables_[map].push_back(rg::block_couplings(hamiltonian, n_blocks_));
  }
  void write(archive::StageWriter& writer) const {
    for (const auto& [map, all] : tables_)
      for (const auto& [name, member] : {std::pair{"nearest", &rg::BlockCouplings::nearest},
                                         {"diagonal", &rg::BlockCouplings::diagonal},
                                         {"plaquette", &rg::BlockCouplings::plaquette},
                                         {"rest", &rg::BlockCouplings::rest}}) {
        std::vector<double> values;
        for (const rg::BlockCouplings& couplings : all) values.push_back(couplings.*member);
        writer.write_list("renormalised/" + map + "/" + name, values);
      }
  }

private:
  unsigned n_blocks_;
  std::map<std::string, std::vector<rg::BlockCouplings>> tables_;
};

/// What is found for each coupling, in order.
struct Results {
  explicit Results(unsigned n_blocks) : n_hidden(n_blocks * n_blocks), renormalised(n_blocks) {}
  std::size_t n_hidden;
  CouplingTables renormalised;
  std::vector<double> free_energy, bound, block_kl, free_kl, free_kl_error;
  std::vector<std::uint64_t> free_converged;
  std::vector<std::vector<double>> normalised, free, moved, lambda, block_lambda, free_weights;

  void write(archive::StageWriter& writer) const {
    writer.write_list("free_energy", free_energy);
    writer.write_table("normalised_delta_f", table_of(normalised));
    writer.write_table("free_delta_f", table_of(free));
    writer.write_table("moved_free_energy", table_of(moved));
    writer.write_table("bound/lambda", table_of(lambda));
    writer.write_list("bound/free_energy", bound);
    writer.write_table("block_machine/lambda", table_of(block_lambda));
    writer.write_list("block_machine/kl_divergence", block_kl);
    const Table weights = table_of(free_weights);
    writer.write_replicated("free_machine/weights", {free_kl.size(), weights.extent(1) / n_hidden, n_hidden},
                            weights.flat());
    writer.write_list("free_machine/kl_divergence", free_kl);
    writer.write_list("free_machine/kl_divergence_error", free_kl_error);
    writer.write_list("free_machine/converged", free_converged);
    renormalised.write(writer);
  }
};

/// Free energies against uniform strengths: of the kernel normalised, of the kernel free, and the moved
/// bound.
void add_scan(Results& results, const rg::SmallTorus& torus, const KadanoffDeck& deck) {
  const std::size_t n_classes = deck.block == 2 ? 1 : 3;
  std::vector<double> normalised, free, moved;
  for (const double strength : deck.strengths) {
    const std::vector<double> lambda(deck.block * deck.block, strength);
    const auto delta_f = [&](bool is_normalised) {
      const auto kernel = rg::kadanoff_kernel(deck.block, lambda, is_normalised);
      return rg::free_energy_of(rg::renormalised_hamiltonian(torus, kernel)) + rg::ln_z(torus);
    };
    normalised.push_back(delta_f(true));
    free.push_back(delta_f(false));
    moved.push_back(rg::moved_bound(torus, deck.block, std::vector<double>(n_classes, strength)).free_energy);
  }
  results.normalised.push_back(std::move(normalised));
  results.free.push_back(std::move(free));
  results.moved.push_back(std::move(moved));
}

/// The best bound, and the block maps beside it.
void add_kernels(Results& results, const rg::SmallTorus& torus, unsigned block) {
  const rg::BestBound best = rg::best_moved_bound(torus, block, std::vector<double>(block == 2 ? 1 : 3, 0.7));
  results.bound.push_back(best.bound.free_energy);
  results.lambda.push_back(best.lambda);
  const auto kernel = rg::kadanoff_kernel(block, rg::lambda_of_sites(block, best.lambda), true);
  results.renormalised.add("moved", best.bound.renormalised);
  results.renormalised.add("kadanoff", rg::renormalised_hamiltonian(torus, kernel));
  results.renormalised.add("majority", rg::renormalised_hamiltonian(torus, rg::majority_kernel(block)));
  results.renormalised.add("decimation", rg::renormalised_hamiltonian(torus, rg::decimation_kernel(block)));
}

/// The block machine of least D_KL; returns it as free weights [site][hidden].
std::vector<double> add_block_machine(Results& results, const rg::SmallTorus& torus, unsigned block) {
  const rg::WindowMachine machine(torus, block);
  const auto best = rg::best_window_machine(machine);
  results.block_kl.push_back(best.kl_divergence);
  results.block_lambda.push_back(best.lambda);
  results.renormalised.add("block_machine", machine.hidden_hamiltonian(best.lambda));
  return machine.weights(best.lambda);
}

/// What free machines are trained on, and what judges them: all states of 4x4 for both, two exact samples of
/// 6x6.
struct FreeData {
  rg::TrainingStates training, judging;
};

FreeData free_data(const rg::SmallTorus& torus, std::uint64_t n, const rng::Generator& draws) {
  if (torus.side == 4) {
    const std::vector<std::uint64_t> extents{4, 4};
    const rg::SpinModel model{16, rg::periodic_bonds(extents), torus.coupling, 0};
    const auto states = rg::all_states(model.all_energies());
    return {states, states};
  }
  const rg::TorusSampler sampler(torus, draws);
  return {rg::drawn_states(torus, sampler, 0, n), rg::drawn_states(torus, sampler, n, n)};
}

/// Trains all weights, from the block machine's and a little noise, so that the hidden spins may differ.
/// False where the training did not converge.
bool add_free_machine(Results& results, FreeData data, std::vector<double> start, std::size_t n_hidden,
                      const rng::Generator& noise) {
  constexpr double noise_std = 0.02;
  for (std::size_t k = 0; k < start.size(); ++k) start[k] += noise_std * noise.normal(0, k);
  const rg::FreeMachine machine(std::move(data.training), n_hidden);
  const auto trained = rg::train_free_machine(machine, std::move(start));
  const auto kl = machine.kl_divergence_on(data.judging, trained.weights);
  results.free_kl.push_back(kl.value);
  results.free_kl_error.push_back(kl.error);
  results.free_weights.push_back(trained.weights);
  results.free_converged.push_back(trained.converged);
  results.renormalised.add("free_machine", machine.hidden_hamiltonian(trained.weights));
  return trained.converged;
}

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

Estimate KadanoffStage::estimate(const Plan&, int) const {
  Estimate estimate;
  estimate.memory_per_rank = 20e6;
  estimate.work = static_cast<double>(deck().couplings.size());
  estimate.work_unit = "tori";
  estimate.seconds = estimate.work * (deck().side == 4 ? 5.0 : 4.0);
  estimate.layout = "every rank alike";
  return estimate;
}

void KadanoffStage::run(Context& context) {
  const rng::Generator noise(context.seed(), rng::StreamId::rg_block, rng::instance_number(label()));
  const rng::Generator draws(context.seed(), rng::StreamId::rg_sample, rng::instance_number(label()));
  Results results(deck().side / deck().block);
  for (const double coupling : deck().couplings) {
    const rg::SmallTorus torus{deck().side, coupling};
    results.free_energy.push_back(-rg::ln_z(torus));
    add_scan(results, torus, deck());
    add_kernels(results, torus, deck().block);
    auto start = add_block_machine(results, torus, deck().block);
    auto data = free_data(torus, deck().configurations, draws);
    if (!add_free_machine(results, std::move(data), std::move(start), results.n_hidden, noise))
      log::warning(label() +
                   ": the free machine's training has not converged at K = " + format_number(coupling));
  }
  archive::StageWriter writer = context.begin_writing();
  writer.write_list("coupling", deck().couplings);
  writer.write_list("strength", deck().strengths);
  results.write(writer);
  writer.commit();
}

} // namespace blockspin::stages
