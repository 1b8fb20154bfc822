#include "blockspin/rg/map_comparison.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "blockspin/rg/block_match.hpp"
#include "blockspin/rg/bond_moving.hpp"
#include "blockspin/rg/couplings.hpp"
#include "blockspin/rg/spin_model.hpp"
#include "blockspin/rg/window_machine.hpp"

namespace blockspin::rg {
namespace {

std::size_t n_site_classes(unsigned block) { return block == 2 ? 1 : 3; }

/// What becomes of the couplings: hamiltonian on the states of n_blocks x n_blocks block spins.
void add_map(MapComparison& found, ComparedMap map, const std::vector<double>& hamiltonian,
             unsigned n_blocks) {
  found.renormalised[static_cast<std::size_t>(map)] = block_couplings(hamiltonian, n_blocks);
  found.invariants[static_cast<std::size_t>(map)] = coupling_invariants(hamiltonian);
}

/// Free energies against uniform strengths: of the kernel normalised,
/// of the kernel free, and the moved bound.
void add_scan(MapComparison& found, const SmallTorus& torus, const MapComparisonPlan& plan,
              const SafePoint& safe_point) {
  for (std::size_t k = 0; k < plan.strengths.size(); ++k) {
    pass(safe_point);
    const std::vector<double> lambda(plan.block * plan.block, plan.strengths[k]);
    const auto delta_f = [&](bool is_normalised) {
      const auto kernel = kadanoff_kernel(plan.block, lambda, is_normalised);
      return free_energy_of(renormalised_hamiltonian(torus, kernel)) + ln_z(torus);
    };
    found.normalised_delta_f[k] = delta_f(true);
    found.free_delta_f[k] = delta_f(false);
    const std::vector<double> of_classes(n_site_classes(plan.block), plan.strengths[k]);
    found.moved_free_energy[k] = moved_bound(torus, plan.block, of_classes).free_energy;
  }
}

/// The best bound, and the block maps beside it.
void add_kernels(MapComparison& found, const SmallTorus& torus, unsigned block) {
  const auto add = [&](ComparedMap map, const std::vector<double>& hamiltonian) {
    add_map(found, map, hamiltonian, torus.side / block);
  };
  const BestBound best = best_moved_bound(torus, block, std::vector<double>(n_site_classes(block), 0.7));
  found.bound_free_energy = best.bound.free_energy;
  found.bound_lambda = best.lambda;
  const auto kernel = kadanoff_kernel(block, lambda_of_sites(block, best.lambda), true);
  add(ComparedMap::moved, best.bound.renormalised);
  add(ComparedMap::kadanoff, renormalised_hamiltonian(torus, kernel));
  add(ComparedMap::majority, renormalised_hamiltonian(torus, majority_kernel(block)));
  add(ComparedMap::decimation, renormalised_hamiltonian(torus, decimation_kernel(block)));
}

/// The block machine of least D_KL; returns it as free weights [site][hidden].
std::vector<double> add_block_machine(MapComparison& found, const SmallTorus& torus, unsigned block) {
  const WindowMachine machine(torus, block);
  const auto best = best_window_machine(machine);
  found.block_machine_kl_divergence = best.kl_divergence;
  found.block_machine_lambda = best.lambda;
  add_map(found, ComparedMap::block_machine, machine.hidden_hamiltonian(best.lambda), torus.side / block);
  return machine.weights(best.lambda);
}

/// The free machine of these weights: by block where its hidden spins match blocks, else without couplings of
/// neighbouring blocks.
void add_free_machine(MapComparison& found, const SmallTorus& torus, unsigned block,
                      const FreeMachine& machine, const std::vector<double>& weights) {
  const BlockMatch match = match_blocks(torus, block, weights);
  for (std::size_t j = 0; j < match.share.size(); ++j)
    found.free_machine_share[match.is_unique() ? match.block[j] : j] = match.share[j];
  found.free_machine_weights = match.is_unique() ? weights_by_block(match, weights) : weights;
  add_map(found, ComparedMap::free_machine, machine.hidden_hamiltonian(found.free_machine_weights),
          torus.side / block);
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  if (!match.is_unique())
    found.renormalised[static_cast<std::size_t>(ComparedMap::free_machine)] = {nan, nan, nan, nan, nan};
}

/// What free machines are trained on, and what judges them: all states
/// of 4x4 for both, two exact samples of 6x6.
struct FreeData {
  TrainingStates training, judging;
};

FreeData free_data(const SmallTorus& torus, std::uint64_t n, const rng::Generator& draws,
                   const SafePoint& safe_point) {
  if (torus.side == 4) {
    const std::vector<std::uint64_t> extents{4, 4};
    const SpinModel model{16, periodic_bonds(extents), torus.coupling, 0};
    const auto states = all_states(model.all_energies());
    return {states, states};
  }
  const TorusSampler sampler(torus, draws);
  return {drawn_states(torus, sampler, 0, n, safe_point), drawn_states(torus, sampler, n, n, safe_point)};
}

/// Calls visit(numbers) for every list of numbers, or number, that a comparison consists of.
template <class Comparison, class Visit>
void for_each_list(Comparison& found, Visit&& visit) {
  const auto visit_one = [&](auto& number) { visit(std::span(&number, 1)); };
  for (auto* number : {&found.free_energy, &found.bound_free_energy, &found.block_machine_kl_divergence,
                       &found.free_machine_kl_divergence, &found.free_machine_kl_divergence_error,
                       &found.free_machine_gradient_norm})
    visit_one(*number);
  for (auto* list : {&found.normalised_delta_f, &found.free_delta_f, &found.moved_free_energy,
                     &found.bound_lambda, &found.block_machine_lambda, &found.free_machine_weights,
                     &found.free_machine_share, &found.free_machine_minimum})
    visit(std::span(*list));
  for (auto& couplings : found.renormalised)
    for (auto* number : {&couplings.nearest, &couplings.diagonal, &couplings.plaquette, &couplings.constant,
                         &couplings.rest})
      visit_one(*number);
  for (auto& invariants : found.invariants) {
    visit_one(invariants.pair_sum);
    visit(std::span(invariants.strength));
  }
}

} // namespace

MapComparisons::MapComparisons(const mpi::Communicator& comm, MapComparisonPlan plan,
                               const rng::Generator& noise, const rng::Generator& draws, SafePoint safe_point)
    : comm_(comm), plan_(std::move(plan)), noise_(noise), draws_(draws), safe_point_(std::move(safe_point)) {}

void MapComparisons::advance() {
  if (!search_) {
    begin_coupling();
    return;
  }
  if (!search_->done()) search_->advance();
  if (search_->done()) end_coupling();
}

double MapComparisons::work_done() const {
  return static_cast<double>(found_.size() * plan_.n_starts) + (search_ ? search_->work_done() : 0);
}

void MapComparisons::begin_coupling() {
  MapComparison found = empty();
  found.free_energy = -ln_z(torus());
  add_scan(found, torus(), plan_, safe_point_);
  add_kernels(found, torus(), plan_.block);
  pass(safe_point_);
  auto first_weights = add_block_machine(found, torus(), plan_.block);
  pass(safe_point_);
  at_work_ = std::move(found);
  first_weights_ = std::move(first_weights);
  begin_search(safe_point_);
}

/// `safe_point`: of the drawing of configurations.
void MapComparisons::begin_search(const SafePoint& safe_point) {
  FreeData data = free_data(torus(), plan_.n_configurations, draws_, safe_point);
  judging_ = std::move(data.judging);
  search_.emplace(comm_, FreeMachine(std::move(data.training), plan_.n_hidden(), safe_point_),
                  free_machine_starts(first_weights_, plan_.n_starts, noise_));
}

void MapComparisons::end_coupling() {
  const FreeMinima minima = search_->minima();
  const FreeMachine& machine = search_->machine();
  const auto kl = machine.kl_divergence_on(judging_, minima.least.weights);
  at_work_.free_machine_kl_divergence = kl.value;
  at_work_.free_machine_kl_divergence_error = kl.error;
  at_work_.free_machine_gradient_norm = minima.least.gradient_norm;
  at_work_.free_machine_minimum = minima.kl_divergence;
  at_work_.n_starts_at_least = minima.n_at_least;
  add_free_machine(at_work_, torus(), plan_.block, machine, minima.least.weights);
  found_.push_back(std::move(at_work_));
  search_.reset();
}

/// With its lists in the lengths they will have.
MapComparison MapComparisons::empty() const {
  MapComparison found;
  for (auto* list : {&found.normalised_delta_f, &found.free_delta_f, &found.moved_free_energy})
    list->resize(plan_.strengths.size());
  found.bound_lambda.resize(n_site_classes(plan_.block));
  found.block_machine_lambda.resize(WindowShape(plan_.block).n_classes());
  found.free_machine_weights.resize(plan_.n_weights());
  found.free_machine_share.resize(plan_.n_hidden());
  found.free_machine_minimum.resize(plan_.n_starts);
  for (auto& invariants : found.invariants) invariants.strength.resize(plan_.n_hidden() / 2);
  return found;
}

/// Comparisons that are done, then the one at work.
void MapComparisons::save(StateSink& sink) const {
  std::vector<double> all;
  std::vector<std::uint64_t> n_at_least;
  const auto add = [&](const MapComparison& found) {
    for_each_list(found,
                  [&](std::span<const double> list) { all.insert(all.end(), list.begin(), list.end()); });
    n_at_least.push_back(found.n_starts_at_least);
  };
  for (const MapComparison& found : found_) add(found);
  if (search_) add(at_work_);
  sink.replicated("found", std::span<const double>(all));
  sink.replicated("n_at_least", std::span<const std::uint64_t>(n_at_least));
  sink.replicated("in_midst", std::uint64_t{search_ ? 1U : 0U});
  if (!search_) return;
  sink.replicated("first_weights", std::span<const double>(first_weights_));
  search_->save(sink);
}

void MapComparisons::load(StateSource& source) {
  std::vector<double> all(source.n_saved("found"));
  source.replicated("found", std::span<double>(all));
  std::vector<std::uint64_t> n_at_least(source.n_saved("n_at_least"));
  source.replicated("n_at_least", std::span<std::uint64_t>(n_at_least));
  found_.assign(n_at_least.size(), empty());
  auto next = all.begin();
  for (std::size_t k = 0; k < found_.size(); ++k) {
    for_each_list(found_[k], [&](std::span<double> list) {
      std::copy_n(next, list.size(), list.begin());
      next += static_cast<std::ptrdiff_t>(list.size());
    });
    found_[k].n_starts_at_least = n_at_least[k];
  }
  std::uint64_t in_midst = 0;
  source.replicated("in_midst", in_midst);
  search_.reset();
  if (in_midst == 0) return;
  at_work_ = std::move(found_.back());
  found_.pop_back();
  first_weights_.resize(plan_.n_weights());
  source.replicated("first_weights", std::span<double>(first_weights_));
  begin_search({});
  search_->load(source);
}

} // namespace blockspin::rg
