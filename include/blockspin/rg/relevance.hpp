#pragma once
// The normal of the critical manifold as every layer of a stack sees it, beside controls and block spins.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/ising/operator_sums.hpp"
#include "blockspin/rg/hidden_modes.hpp"
#include "blockspin/rg/lattice_functions.hpp"
#include "blockspin/rg/layer_relevance.hpp"
#include "blockspin/rg/stack_means.hpp"

namespace blockspin::rg {

/// The configurations, and what is measured of stacks.
struct RelevanceSetup {
  std::vector<std::uint64_t> extents;
  std::uint64_t n_configurations = 0;  ///< at least 8
  std::uint64_t n_ladders = 1;         ///< configuration c is number c / n_ladders of ladder c % n_ladders
  std::size_t n_modes = 5;             ///< of each layer, or as many as it has units
  rbm::Rule rule = rbm::Rule::sampled; ///< what layers hand on
  bool is_critical =
      false; ///< the square lattice at its critical point without a field: the exact normal is known
};

/// Goes through the configurations for the lattice's own functions, then for each stack twice: for the moments of its
/// units (the first half), and for what its modes answer to couplings (all). Modes, centres and combinations are
/// learnt from the first half, and every normal is of the second. Sums are exact, so that nothing depends on the
/// number of ranks. Collective but for what is said.
class Relevance : public Stepper {
public:
  /// Packed configurations [mine.first, mine.last), [configuration, byte]. Collective.
  using Read = std::function<Array<std::uint8_t, 2>(mpi::Range mine)>;

  /// stacks: the trained one and its controls, of one shape; `hidden` draws the units that layers hand on. The
  /// communicator must outlive the object.
  Relevance(const mpi::Communicator& comm, const RelevanceSetup& setup,
            const std::vector<std::vector<rbm::Machine>>& stacks, const rng::Generator& hidden, Read read);

  bool done() const override { return task_ == n_tasks(); }
  void advance() override;
  double work_done() const override;
  double work_total() const override;
  std::string note() const override;
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;

  /// Local, when done(): of the lattice itself; of a layer, from 0, of a stack.
  const LayerRelevance& lattice() const { return found_.front().front(); }
  const LayerRelevance& layer(std::size_t stack, std::size_t layer) const { return found_[1 + stack][layer]; }
  const std::vector<std::uint64_t>& factors() const { return lattice_functions_.factors(); }
  std::size_t n_layers() const { return stacks_.front().n_layers(); }
  /// Operators of both lists, and what is known of the even ones.
  const NormalSetup& even() const { return even_; }
  const NormalSetup& odd() const { return odd_; }
  /// Bins of the second half, and the longest tau of all functions in it (longest_tau()).
  std::size_t n_bins() const { return static_cast<std::size_t>(n_bins_); }
  double tau_in_bins() const { return tau_; }

private:
  /// Task 0: the lattice; 1, 3, ...: the moments of stack 0, 1, ...; 2, 4, ...: its answers.
  std::size_t n_tasks() const { return 1 + 2 * stacks_.size(); }
  bool learns() const { return task_ % 2 == 1; }
  std::uint64_t n_of(std::size_t task) const;
  const StackMeans& stack() const { return stacks_[(task_ - 1) / 2]; }
  std::size_t n_modes(std::size_t layer) const;
  LayerShape shape_of(std::size_t subject, std::size_t layer) const;

  void begin_task();
  void finish_task();
  std::vector<LayerModes> learnt_modes() const;
  LayerRelevance lattice_answers() const;
  LayerRelevance layer_answers(std::size_t layer) const;
  void measure(const Array<std::uint8_t, 2>& packed, View<const float, 2> spins, std::uint64_t first);

  void save_work(StateSink& sink) const;
  void load_work(StateSource& source);

  const mpi::Communicator& comm_;
  RelevanceSetup setup_;
  ising::RowLattice row_lattice_;
  Read read_;
  NormalSetup even_, odd_;
  ising::OperatorSums operators_; ///< even ones, then odd ones
  LatticeFunctions lattice_functions_;
  std::vector<StackMeans> stacks_;
  std::vector<std::vector<std::vector<double>>> turns_; ///< [stack][layer][unit]

  std::size_t task_ = 0;
  std::uint64_t next_ = 0;             ///< configurations of the task that are done, on all ranks
  std::vector<HiddenMoments> moments_; ///< [layer], of this rank, while it learns
  std::vector<LayerModes> modes_;      ///< [layer], of the stack at work
  std::unique_ptr<ConfigurationFunctions> functions_; ///< of the stack at work
  std::optional<ResponseBins> bins_;                  ///< of this rank
  std::vector<std::vector<LayerRelevance>> found_;    ///< [lattice, stacks][layer]
  double n_bins_ = 0, tau_ = 0.5;
};

} // namespace blockspin::rg
