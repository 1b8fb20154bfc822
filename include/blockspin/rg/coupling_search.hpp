#pragma once
// The couplings of ensembles of one lattice, one temperature after the other, by Newton's method over stored
// configurations.

#include <functional>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/base/state.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rg/coupling_estimates.hpp"

namespace blockspin::rg {

/// Each step goes once through the configurations of one temperature, divided over the ranks, and moves the
/// point by Newton's method, at first through as many as tell roughly where it is. When the likeliest couplings round
/// to the point itself, what the slopes neglect is below 1e-5: a last step measures all operators there. Where the
/// data do not fix the couplings there is none. Exact sums of integers, so that nothing depends on the number of ranks.
class CouplingSearch : public Stepper {
public:
  /// Packed configurations [mine.first, mine.last) of a temperature, [configuration, byte]. Collective.
  using Read = std::function<Array<std::uint8_t, 2>(std::size_t temperature, mpi::Range mine)>;

  /// The communicator must outlive the object.
  CouplingSearch(const mpi::Communicator& comm, const CouplingSetup& setup, std::size_t n_temperatures,
                 Read read, SafePoint safe_point);

  bool done() const override { return temperature_ == n_temperatures_; }
  void advance() override;
  double work_done() const override { return static_cast<double>(temperature_); }
  double work_total() const override { return static_cast<double>(n_temperatures_); }
  std::string note() const override;
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;

  /// Of a temperature that is done.
  CouplingEstimates estimates(std::size_t temperature) const;

private:
  /// What the next step goes through, and for what.
  enum class Phase : std::uint8_t { some, all, last };
  std::uint64_t n_used() const;
  CouplingBins pass_through(EnsembleSlopes& slopes);
  bool is_fixed(const std::vector<double>& couplings) const;
  bool move(const std::vector<double>& couplings);
  void begin(Phase phase);
  void finish(const CouplingEstimates& found);

  const mpi::Communicator& comm_;
  CouplingSetup setup_;
  std::size_t n_temperatures_;
  Read read_;
  SafePoint safe_point_;
  EnsembleSlopes sought_, all_;
  std::size_t temperature_ = 0;
  std::uint64_t n_passes_ = 0; ///< of this phase
  Phase phase_ = Phase::some;
  std::vector<std::int32_t> point_; ///< [coupling sought]
  Array<double, 2> found_;          ///< [temperature, numbers of CouplingEstimates]
};

} // namespace blockspin::rg
