#include "blockspin/stages/kadanoff.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "blockspin/base/array.hpp"
#include "blockspin/base/log.hpp"
#include "blockspin/base/state.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/rg/bond_moving.hpp"
#include "blockspin/rg/couplings.hpp"
#include "blockspin/rg/free_machine.hpp"
#include "blockspin/rg/spin_model.hpp"
#include "blockspin/rg/window_machine.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::stages {
namespace {

using Table = Array<double, 2>;

/// What is found at one coupling, by dataset.
using Row = std::map<std::string, std::vector<double>>;

/// Datasets of one value a coupling; those of one list a coupling, free_machine/weights among them.
std::vector<std::string> list_paths() {
  std::vector<std::string> paths{"free_energy", "bound/free_energy", "block_machine/kl_divergence",
                                 "free_machine/kl_divergence", "free_machine/kl_divergence_error"};
  for (const char* map : {"moved", "kadanoff", "majority", "decimation", "block_machine", "free_machine"})
    for (const char* coupling : {"nearest", "diagonal", "plaquette", "rest"})
      paths.push_back(std::string("renormalised/") + map + "/" + coupling);
  return paths;
}
const std::string weights_path = "free_machine/weights";
const std::string converged_path = "free_machine/converged"; // 0 or 1, a whole number in the archive
std::vector<std::string> table_paths() {
  return {"normalised_delta_f", "free_delta_f",         "moved_free_energy",
          "bound/lambda",       "block_machine/lambda", weights_path};
}

/// Rows of equal length, one a coupling, as one table.
Table table_of(const std::vector<double>& values, std::size_t n_rows) {
  Table table({n_rows, values.size() / n_rows});
  std::copy(values.begin(), values.end(), table.flat().begin());
  return table;
}

/// What is found at all couplings so far, by dataset, one coupling's values after the other's.
class Results {
public:
  Results() {
    for (const auto& paths : {list_paths(), table_paths()})
      for (const std::string& path : paths) values_[path];
    values_[converged_path];
  }
  void add(const Row& row) {
    for (auto& [path, values] : values_)
      values.insert(values.end(), row.at(path).begin(), row.at(path).end());
  }

  void write(archive::StageWriter& writer, std::size_t n_hidden) const {
    const std::size_t n = values_.at("free_energy").size();
    for (const std::string& path : list_paths()) writer.write_list(path, values_.at(path));
    const auto& converged = values_.at(converged_path);
    writer.write_list(converged_path, std::vector<std::uint64_t>(converged.begin(), converged.end()));
    for (const std::string& path : table_paths()) {
      const Table table = table_of(values_.at(path), n);
      if (path == weights_path)
        writer.write_replicated(path, {n, table.extent(1) / n_hidden, n_hidden}, table.flat());
      else
        writer.write_table(path, table);
    }
  }

  void save(StateSink& sink) const {
    for (const auto& [path, values] : values_)
      sink.replicated(flat_name(path), std::span<const double>(values));
  }
  void load(StateSource& source) {
    for (auto& [path, values] : values_) {
      values.resize(source.n_saved(flat_name(path)));
      source.replicated(flat_name(path), std::span<double>(values));
    }
  }

private:
  /// A state has names, no paths.
  static std::string flat_name(std::string path) {
    std::replace(path.begin(), path.end(), '/', '.');
    return path;
  }

  Row values_;
};

void add_couplings(Row& row, const std::string& map, const std::vector<double>& hamiltonian,
                   unsigned n_blocks) {
  const rg::BlockCouplings couplings = rg::block_couplings(hamiltonian, n_blocks);
  const std::string group = "renormalised/" + map + "/";
  row[group + "nearest"] = {couplings.nearest};
  row[group + "diagonal"] = {couplings.diagonal};
  row[group + "plaquette"] = {couplings.plaquette};
  row[group + "rest"] = {couplings.rest};
}

/// Free energies against uniform strengths: of the kernel normalised, of the
/// kernel free, and the moved bound.
void add_scan(Row& row, const rg::SmallTorus& torus, const KadanoffDeck& deck, const SafePoint& safe_point) {
  const std::size_t n_classes = deck.block == 2 ? 1 : 3;
  for (const double strength : deck.strengths) {
    pass(safe_point);
    const std::vector<double> lambda(deck.block * deck.block, strength);
    const auto delta_f = [&](bool is_normalised) {
      const auto kernel = rg::kadanoff_kernel(deck.block, lambda, is_normalised);
      return rg::free_energy_of(rg::renormalised_hamiltonian(torus, kernel)) + rg::ln_z(torus);
    };
    row["normalised_delta_f"].push_back(delta_f(true));
    row["free_delta_f"].push_back(delta_f(false));
    row["moved_free_energy"].push_back(
        rg::moved_bound(torus, deck.block, std::vector<double>(n_classes, strength)).free_energy);
  }
}

/// The best bound, and the block maps beside it.
void add_kernels(Row& row, const rg::SmallTorus& torus, unsigned block) {
  const rg::BestBound best = rg::best_moved_bound(torus, block, std::vector<double>(block == 2 ? 1 : 3, 0.7));
  row["bound/free_energy"] = {best.bound.free_energy};
  row["bound/lambda"] = best.lambda;
  const auto kernel = rg::kadanoff_kernel(block, rg::lambda_of_sites(block, best.lambda), true);
  const unsigned n_blocks = torus.side / block;
  add_couplings(row, "moved", best.bound.renormalised, n_blocks);
  add_couplings(row, "kadanoff", rg::renormalised_hamiltonian(torus, kernel), n_blocks);
  add_couplings(row, "majority", rg::renormalised_hamiltonian(torus, rg::majority_kernel(block)), n_blocks);
  add_couplings(row, "decimation", rg::renormalised_hamiltonian(torus, rg::decimation_kernel(block)),
                n_blocks);
}

/// The block machine of least D_KL; returns it as free weights [site][hidden].
std::vector<double> add_block_machine(Row& row, const rg::SmallTorus& torus, unsigned block) {
  const rg::WindowMachine machine(torus, block);
  const auto best = rg::best_window_machine(machine);
  row["block_machine/kl_divergence"] = {best.kl_divergence};
  row["block_machine/lambda"] = best.lambda;
  add_couplings(row, "block_machine", machine.hidden_hamiltonian(best.lambda), torus.side / block);
  return machine.weights(best.lambda);
}

/// What free machines are trained on, and what judges them: all states of 4x4 for
/// both, two exact samples of 6x6.
struct FreeData {
  rg::TrainingStates training, judging;
};

FreeData free_data(const rg::SmallTorus& torus, std::uint64_t n, const rng::Generator& draws,
                   const SafePoint& safe_point) {
  if (torus.side == 4) {
    const std::vector<std::uint64_t> extents{4, 4};
    const rg::SpinModel model{16, rg::periodic_bonds(extents), torus.coupling, 0};
    const auto states = rg::all_states(model.all_energies());
    return {states, states};
  }
  const rg::TorusSampler sampler(torus, draws);
  return {rg::drawn_states(torus, sampler, 0, n, safe_point),
          rg::drawn_states(torus, sampler, n, n, safe_point)};
}

/// Couplings one after the other. The training of a free machine can take an hour: the state holds what it
/// has evaluated so far, too; everything else about a coupling takes seconds and is done again.
class CouplingSteps final : public Stepper {
public:
  /// Where the training of a coupling has not converged, tells `not_converged`.
  CouplingSteps(const KadanoffDeck& deck, const rng::Generator& noise, const rng::Generator& draws,
                SafePoint safe_point, std::function<void(double)> not_converged)
      : deck_(deck), noise_(noise), draws_(draws), safe_point_(std::move(safe_point)),
        not_converged_(std::move(not_converged)) {}

  std::size_t n_hidden() const { return std::size_t{n_blocks()} * n_blocks(); }
  const Results& results() const { return results_; }

  bool done() const override { return n_done_ == deck_.couplings.size(); }
  void advance() override {
    const rg::SmallTorus torus{deck_.side, deck_.couplings[n_done_]};
    Row row{{"free_energy", {-rg::ln_z(torus)}}};
    add_scan(row, torus, deck_, safe_point_);
    add_kernels(row, torus, deck_.block);
    pass(safe_point_);
    auto start = add_block_machine(row, torus, deck_.block);
    pass(safe_point_);
    add_free_machine(row, free_data(torus, deck_.configurations, draws_, safe_point_), std::move(start));
    results_.add(row);
    ++n_done_;
    evaluations_.clear();
  }
  double work_done() const override { return static_cast<double>(n_done_); }
  double work_total() const override { return static_cast<double>(deck_.couplings.size()); }
  std::string note() const override {
    const std::size_t n = evaluations_.size() / (1 + deck_.side * deck_.side * n_hidden());
    return n == 0 ? std::string() : std::to_string(n) + " evaluations at this coupling";
  }

  void save(StateSink& sink) const override {
    sink.replicated("n_done", n_done_);
    results_.save(sink);
    sink.replicated("evaluations", std::span<const double>(evaluations_));
  }
  void load(StateSource& source) override {
    source.replicated("n_done", n_done_);
    results_.load(source);
    evaluations_.resize(source.n_saved("evaluations"));
    source.replicated("evaluations", std::span<double>(evaluations_));
  }

private:
  unsigned n_blocks() const { return deck_.side / deck_.block; }

  /// Trains all weights, from the block machine's and a little noise, so that the hidden spins may differ.
  void add_free_machine(Row& row, FreeData data, std::vector<double> start) {
    constexpr double noise_std = 0.02;
    for (std::size_t k = 0; k < start.size(); ++k) start[k] += noise_std * noise_.normal(0, k);
    const rg::FreeMachine machine(std::move(data.training), n_hidden(), safe_point_);
    const auto trained = rg::train_free_machine(machine, std::move(start), evaluations_);
    const auto kl = machine.kl_divergence_on(data.judging, trained.weights);
    row["free_machine/kl_divergence"] = {kl.value};
    row["free_machine/kl_divergence_error"] = {kl.error};
    row[weights_path] = trained.weights;
    row[converged_path] = {trained.converged ? 1.0 : 0.0};
    add_couplings(row, "free_machine", machine.hidden_hamiltonian(trained.weights), n_blocks());
    if (!trained.converged) not_converged_(deck_.couplings[n_done_]);
  }

  const KadanoffDeck& deck_;
  rng::Generator noise_, draws_;
  SafePoint safe_point_;
  std::function<void(double)> not_converged_;
  Results results_;
  std::uint64_t n_done_ = 0;
  std::vector<double> evaluations_; ///< of D_KL, in the training at the present coupling
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
  CouplingSteps steps(
      deck(), noise, draws, [&] { context.safe_point(); },
      [&](double coupling) {
        log::warning(label() +
                     ": the free machine's training has not converged at K = " + format_number(coupling));
      });
  context.run_stepper(steps);
  archive::StageWriter writer = context.begin_writing();
  writer.write_list("coupling", deck().couplings);
  writer.write_list("strength", deck().strengths);
  steps.results().write(writer, steps.n_hidden());
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
