#pragma once
// The flow of a machine: walkers go v -> h -> v -> ..., and every step is measured (Iso, Shiba & Yokoo, Phys.
// Rev. E 97, 053304, 2018).

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "blockspin/analysis/coupling_reading.hpp"
#include "blockspin/analysis/network.hpp"
#include "blockspin/analysis/shared_starts.hpp"
#include "blockspin/analysis/walker_observables.hpp"
#include "blockspin/base/state.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rbm/sampling.hpp"

namespace blockspin::analysis {

/// What a step leaves in the units: both layers sampled; hidden means, visible
/// sampled; both means; both rounded.
enum class Dynamics { sampled, mean_field_hidden, mean_field, rounded };

/// The two readings of a walker's temperature.
struct Thermometer {
  std::vector<double> temperature; ///< of the classes, J/k_B
  Network network;
  /// ln p(T_c | E) of each class by a configuration's total energy; empty where the
  /// lattice is not known exactly.
  std::function<std::vector<double>(double)> ln_posterior;
};

struct FlowOptions {
  std::uint64_t n_walkers = 1000; ///< a start
  std::uint64_t n_steps = 100;
  Dynamics dynamics = Dynamics::sampled;
  double field = 0.0;     ///< of the model, in J
  bool couplings = false; ///< whether couplings are fitted at every step: +-1 states, two dimensions
  /// [start]: starting states. Where they are fewer than walkers, walker i starts in state i mod n; empty: one a
  /// walker.
  std::vector<std::uint64_t> n_states = {};
};

/// The random streams of a flow.
struct FlowStreams {
  rng::Generator hidden;
  rng::Generator visible;
};

/// Mean and standard error over the walkers, [start, step]. Walkers that share a starting state count together
/// (SharedStarts).
struct FlowSeries {
  Array<double, 2> mean;
  Array<double, 2> error;
};

/// Everything measured, for steps 0 to the present one.
struct FlowRecords {
  Array<double, 3> temperature_distribution; ///< [start, step, class]: the network's output
  Array<double, 3> bayes_distribution;       ///< the exact posterior; empty where it is not known
  Array<double, 3> correlation;              ///< [start, step, distance]: mean of s(x) s(x + r e)
  Array<double, 3> correlation_error;
  std::vector<CouplingRecord> couplings; ///< [start, step]; empty unless asked for
  FlowSeries mean_temperature;           ///< of the network's output of each walker
  FlowSeries peak_temperature;         ///< of the averaged output; error by jackknife over blocks of walkers
  FlowSeries bayes_temperature;        ///< mean of the posterior; empty where it is not known
  FlowSeries energy;                   ///< per spin
  FlowSeries abs_magnetization;        ///< per spin
  FlowSeries nearest_neighbour_excess; ///< neighbour correlation less the average over all pairs
};

/// Walkers per block: ranks own whole blocks.
inline constexpr std::uint64_t walker_block = 32;

/// One safe step is one time step of all walkers of all starts. Walkers are divided over the ranks in blocks;
/// every random number belongs to (start, step, layer, walker, unit), and averages are joined in the order of
/// the blocks, so that all records are the same bits for every rank count. A stack of machines is climbed to
/// its top and descended again in each step. Collective.
class Flow : public Stepper {
public:
  /// `start` [start, walker, site]: spins +-1 of this rank's walkers, items_of_rank(n_walkers, walker_block).
  /// `stack` holds the machines from the lattice upwards. Borrows comm and thermometer.
  Flow(const mpi::Communicator& comm, std::span<const rbm::Machine> stack, const lattice::Geometry& geometry,
       const Thermometer& thermometer, const FlowOptions& options, const FlowStreams& streams,
       Array<float, 3> start);

  bool done() const override { return step_ >= options_.n_steps; }
  void advance() override;
  double work_done() const override { return static_cast<double>(step_); }
  double work_total() const override { return static_cast<double>(options_.n_steps); }
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;

  FlowRecords records() const;
  /// Of a saved state. Collective.
  static std::uint64_t steps_done(StateSource& source);

private:
  std::size_t n_starts() const { return visible_.extent(0); }
  Slab slab() const;
  /// The walkers' present states [start, walker, site] as spins: this rank's.
  Array<float, 3> spins() const;
  void step_start(std::size_t start);
  /// Measures the present state of all walkers into the records of the present step.
  void measure();
  void measure_walker(std::span<const float> spins, std::span<const double> output,
                      std::span<double> values) const;
  void record(std::size_t start, View<const double, 2> values);
  std::size_t n_quantities() const;
  /// Where walkers of a start share their starting states.
  std::optional<SharedStarts> shared(std::size_t start) const;
  void fit_couplings(std::size_t start, View<const float, 2> walkers);
  FlowSeries series(std::size_t scalar) const;
  Array<double, 3> part(const std::vector<double>& records, std::size_t first, std::size_t n) const;

  const mpi::Communicator& comm_;
  std::vector<rbm::GibbsSampler> layers_;
  rbm::Units units_;
  WalkerMeasurement measurement_;
  std::optional<CouplingReading> coupling_reading_;
  const Thermometer& thermometer_;
  FlowOptions options_;
  FlowStreams streams_;
  std::uint64_t step_ = 0;
  mpi::Range mine_;
  Array<float, 3> visible_;               ///< in the machine's units
  std::vector<double> mean_;              ///< [step, start, quantity], steps done so far
  std::vector<double> error_;             ///< likewise
  std::vector<CouplingRecord> couplings_; ///< [step, start]
};

} // namespace blockspin::analysis
