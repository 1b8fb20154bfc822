#pragma once
// Block maps and machines beside one another on tori small enough to
// be exact, in steps that can be interrupted.

#include <array>
#include <cstdint>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/rg/block_transfer.hpp"
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

  unsigned n_blocks() const { return side / block; } ///< a side
  std::size_t n_hidden() const { return std::size_t{n_blocks()} * n_blocks(); }
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

  std::vector<double> free_machine_weights; ///< [site][hidden]
  double free_machine_kl_divergence = 0;    ///< 6x6: over configurations it was not trained on
  double free_machine_kl_divergence_error = 0;
  bool free_machine_converged = false;

  std::array<BlockCouplings, n_compared_maps> renormalised{}; ///< by ComparedMap
  const BlockCouplings& of(ComparedMap map) const { return renormalised[static_cast<std::size_t>(map)]; }
};

/// Couplings one after the other. The training of a free machine can take an hour: the
/// state holds what it has evaluated so far, too; everything else about a coupling takes
/// seconds and is done again. Every rank computes the same.
class MapComparisons : public Stepper {
public:
  /// `noise`: of the first weights; `draws`: of the configurations of 6x6. Passes `safe_point` inside its
  /// steps, in a state that can be saved.
  MapComparisons(MapComparisonPlan plan, const rng::Generator& noise, const rng::Generator& draws,
                 SafePoint safe_point = {});

  /// By coupling, as far as they are done.
  const std::vector<MapComparison>& found() const { return found_; }

  bool done() const override { return found_.size() == plan_.couplings.size(); }
  void advance() override;
  double work_done() const override { return static_cast<double>(found_.size()); }
  double work_total() const override { return static_cast<double>(plan_.couplings.size()); }
  std::string note() const override;
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;

private:
  MapComparison empty() const;
  void add_free_machine(MapComparison& found, const SmallTorus& torus, std::vector<double> start);

  MapComparisonPlan plan_;
  rng::Generator noise_, draws_;
  SafePoint safe_point_;
  std::vector<MapComparison> found_;
  std::vector<double> evaluations_; ///< of D_KL, in the training at the present coupling
};

} // namespace blockspin::rg
