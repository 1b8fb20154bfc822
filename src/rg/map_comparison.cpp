#include "blockspin/rg/map_comparison.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "blockspin/rg/bond_moving.hpp"
#include "blockspin/rg/couplings.hpp"
#include "blockspin/rg/free_machine.hpp"
#include "blockspin/rg/spin_model.hpp"
#include "blockspin/rg/window_machine.hpp"

namespace blockspin::rg {
namespace {

std::size_t n_site_classes(unsigned block) { return block == 2 ? 1 : 3; }

BlockCouplings& couplings_of_map(MapComparison& found, ComparedMap map) {
  return found.renormalised[static_cast<std::size_t>(map)];
}

/// Free energies against uniform strengths: of the kernel normalised,
/// of the kernel free, and the moved bound.
void add_scan(MapComparison& found, const SmallTorus& torus, const MapComparisonPlan& plan,
              const SafePoint& safe_point) {
  for (const double strength : plan.strengths) {
    pass(safe_point);
    const std::vector<double> lambda(plan.block * plan.block, strength);
    const auto delta_f = [&](bool is_normalised) {
      const auto kernel = kadanoff_kernel(plan.block, lambda, is_normalised);
      return free_energy_of(renormalised_hamiltonian(torus, kernel)) + ln_z(torus);
    };
    found.normalised_delta_f.push_back(delta_f(true));
    found.free_delta_f.push_back(delta_f(false));
    const std::vector<double> of_classes(n_site_classes(plan.block), strength);
    found.moved_free_energy.push_back(moved_bound(torus, plan.block, of_classes).free_energy);
  }
}

/// The best bound, and the block maps beside it.
void add_kernels(MapComparison& found, const SmallTorus& torus, unsigned block) {
  const unsigned n_blocks = torus.side / block;
  const auto add = [&](ComparedMap map, const std::vector<double>& hamiltonian) {
    couplings_of_map(found, map) = block_couplings(hamiltonian, n_blocks);
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
  couplings_of_map(found, ComparedMap::block_machine) =
      block_couplings(machine.hidden_hamiltonian(best.lambda), torus.side / block);
  return machine.weights(best.lambda);
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
                       &found.free_machine_kl_divergence, &found.free_machine_kl_divergence_error})
    visit_one(*number);
  for (auto* list : {&found.normalised_delta_f, &found.free_delta_f, &found.moved_free_energy,
                     &found.bound_lambda, &found.block_machine_lambda, &found.free_machine_weights})
    visit(std::span(*list));
  for (auto& couplings : found.renormalised)
    for (auto* number : {&couplings.nearest, &couplings.diagonal, &couplings.plaquette, &couplings.constant,
                         &couplings.rest})
      visit_one(*number);
}

} // namespace

MapComparisons::MapComparisons(MapComparisonPlan plan, const rng::Generator& noise,
                               const rng::Generator& draws, SafePoint safe_point)
    : plan_(std::move(plan)), noise_(noise), draws_(draws), safe_point_(std::move(safe_point)) {}

void MapComparisons::advance() {
  const SmallTorus torus{plan_.side, plan_.couplings[found_.size()]};
  MapComparison found;
  found.free_energy = -ln_z(torus);
  add_scan(found, torus, plan_, safe_point_);
  add_kernels(found, torus, plan_.block);
  pass(safe_point_);
  auto start = add_block_machine(found, torus, plan_.block);
  pass(safe_point_);
  add_free_machine(found, torus, std::move(start));
  found_.push_back(std::move(found));
  evaluations_.clear();
}

/// Trains all weights, from the block machine's and a little noise, so that the hidden spins may differ.
void MapComparisons::add_free_machine(MapComparison& found, const SmallTorus& torus,
                                      std::vector<double> start) {
  constexpr double noise_std = 0.02;
  FreeData data = free_data(torus, plan_.n_configurations, draws_, safe_point_);
  for (std::size_t k = 0; k < start.size(); ++k) start[k] += noise_std * noise_.normal(0, k);
  const FreeMachine machine(std::move(data.training), plan_.n_hidden(), safe_point_);
  const auto trained = train_free_machine(machine, std::move(start), evaluations_);
  const auto kl = machine.kl_divergence_on(data.judging, trained.weights);
  found.free_machine_kl_divergence = kl.value;
  found.free_machine_kl_divergence_error = kl.error;
  found.free_machine_weights = trained.weights;
  found.free_machine_converged = trained.converged;
  couplings_of_map(found, ComparedMap::free_machine) =
      block_couplings(machine.hidden_hamiltonian(trained.weights), plan_.n_blocks());
}

std::string MapComparisons::note() const {
  const std::size_t n_weights = plan_.side * plan_.side * plan_.n_hidden();
  const std::size_t n = evaluations_.size() / (1 + n_weights);
  return n == 0 ? std::string() : std::to_string(n) + " evaluations at this coupling";
}

/// With its lists in the lengths they will have.
MapComparison MapComparisons::empty() const {
  MapComparison found;
  const std::size_t n_strengths = plan_.strengths.size();
  for (auto* list : {&found.normalised_delta_f, &found.free_delta_f, &found.moved_free_energy})
    list->resize(n_strengths);
  found.bound_lambda.resize(n_site_classes(plan_.block));
  found.block_machine_lambda.resize(WindowShape(plan_.block).n_classes());
  found.free_machine_weights.resize(plan_.side * plan_.side * plan_.n_hidden());
  return found;
}

void MapComparisons::save(StateSink& sink) const {
  std::vector<double> all;
  std::vector<std::uint8_t> converged;
  for (const MapComparison& found : found_) {
    for_each_list(found,
                  [&](std::span<const double> list) { all.insert(all.end(), list.begin(), list.end()); });
    converged.push_back(found.free_machine_converged ? 1 : 0);
  }
  sink.replicated("found", std::span<const double>(all));
  sink.replicated("converged", std::span<const std::uint8_t>(converged));
  sink.replicated("evaluations", std::span<const double>(evaluations_));
}

void MapComparisons::load(StateSource& source) {
  std::vector<double> all(source.n_saved("found"));
  source.replicated("found", std::span<double>(all));
  std::vector<std::uint8_t> converged(source.n_saved("converged"));
  source.replicated("converged", std::span<std::uint8_t>(converged));
  found_.assign(converged.size(), empty());
  auto next = all.begin();
  for (std::size_t k = 0; k < found_.size(); ++k) {
    for_each_list(found_[k], [&](std::span<double> list) {
      std::copy_n(next, list.size(), list.begin());
      next += static_cast<std::ptrdiff_t>(list.size());
    });
    found_[k].free_machine_converged = converged[k] != 0;
  }
  evaluations_.resize(source.n_saved("evaluations"));
  source.replicated("evaluations", std::span<double>(evaluations_));
}

} // namespace blockspin::rg
