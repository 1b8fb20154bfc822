#pragma once
// Block maps and machines beside one another on tori small enough to
// be exact, in steps that can be interrupted.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rg/block_transfer.hpp"
#include "blockspin/rg/coupling_invariants.hpp"
#include "blockspin/rg/free_machine_search.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::rg {

/// The maps from spins to block spins that are compared: Kadanoff's moved bonds, his kernel at the strengths
/// of the best bound, majority rule, decimation, the block machine and the free machine of least D_KL.
enum class ComparedMap : std::size_t { moved, kadanoff, majority, decimation, block_machine, free_machine };
inline constexpr std::size_t n_compared_maps = 6;

struct MapComparisonPlan {
  unsigned side = 4;  ///< of the torus: 4 or 6
  unsigned block = 2; ///< side of a block, which divides the torus's
  std::vector<double> couplings;
  std::vector<double> strengths;        ///< of Kadanoff's kernel, the same for all sites of a block
  std::uint64_t n_configurations = 100; ///< 6x6: the free machine learns from so many, and as many judge it
  std::uint64_t n_starts = 1;           ///< of the free machine's training

  unsigned n_blocks() const { return side / block; } ///< a side
  std::size_t n_hidden() const { return std::size_t{n_blocks()} * n_blocks(); }
  std::size_t n_weights() const { return side * side * n_hidden(); }
};

/// What is found at one coupling. Free energies in units of k_B T, of the whole torus; D_KL in nats.
struct MapComparison {
  double free_energy = 0; ///< F_v, exact

  /// By strength: F_h - F_v of Kadanoff's kernel normalised and not, and the bound by bond moving.
  std::vector<double> normalised_delta_f, free_delta_f, moved_free_energy;

  std::vector<double> bound_lambda; ///< of the highest bound, by class of sites (block_kernel.hpp)
  double bound_free_energy = 0;

  std::vector<double> block_machine_lambda; ///< of least D_KL, by class of the window's sites
  double block_machine_kl_divergence = 0;

  std::vector<double> free_machine_weights; ///< [site][hidden], by block where blocks match (block_match.hpp)
  std::vector<double> free_machine_share;   ///< of each hidden spin's squared weights in its block
  double free_machine_kl_divergence = 0;    ///< 6x6: over configurations it was not trained on
  double free_machine_kl_divergence_error = 0;
  double free_machine_gradient_norm = 0;
  std::vector<double> free_machine_minimum; ///< D_KL on the training states where each start ended
  std::uint64_t n_starts_at_least = 0;

  /// By ComparedMap. Block couplings of the free machine are NaN where its hidden spins match no blocks.
  std::array<BlockCouplings, n_compared_maps> renormalised{};
  std::array<CouplingInvariants, n_compared_maps> invariants{};
  const BlockCouplings& of(ComparedMap map) const { return renormalised[static_cast<std::size_t>(map)]; }
  const CouplingInvariants& invariants_of(ComparedMap map) const {
    return invariants[static_cast<std::size_t>(map)];
  }
};

/// Couplings one after the other, of each the block maps and the block machine, then the search for the free
/// machine, which can take an hour and is divided over ranks. The state: what is found, and the search at
/// work; the block maps of a coupling take seconds and are done again. Collective; the same bits for every
/// rank count.
class MapComparisons : public Stepper {
public:
  /// `noise`: of the weights that trainings start from; `draws`: of the configurations of 6x6. Passes
  /// `safe_point` inside its steps, in a state that can be saved. Borrows comm.
  MapComparisons(const mpi::Communicator& comm, MapComparisonPlan plan, const rng::Generator& noise,
                 const rng::Generator& draws, SafePoint safe_point = {});

  /// By coupling, as far as they are done.
  const std::vector<MapComparison>& found() const { return found_; }

  bool done() const override { return found_.size() == plan_.couplings.size(); }
  void advance() override;
  double work_done() const override;
  double work_total() const override { return static_cast<double>(plan_.couplings.size() * plan_.n_starts); }
  std::string note() const override { return search_ ? search_->note() : std::string(); }
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;

private:
  SmallTorus torus() const { return {plan_.side, plan_.couplings[found_.size()]}; }
  MapComparison empty() const;
  void begin_coupling();
  void begin_search(const SafePoint& safe_point);
  void end_coupling();

  const mpi::Communicator& comm_;
  MapComparisonPlan plan_;
  rng::Generator noise_, draws_;
  SafePoint safe_point_;
  std::vector<MapComparison> found_;
  MapComparison at_work_;             ///< while there is a search
  std::vector<double> first_weights_; ///< the block machine's, which the search starts from
  TrainingStates judging_;            ///< the states that D_KL is over
  std::optional<FreeMachineSearch> search_;
};

} // namespace blockspin::rg
