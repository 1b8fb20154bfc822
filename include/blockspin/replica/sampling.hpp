#pragma once
// A sampling run: equilibrate, measure, keep configurations; cut into safe steps.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "blockspin/ising/observables.hpp"
#include "blockspin/ising/time_series.hpp"
#include "blockspin/replica/kept.hpp"
#include "blockspin/replica/ladder_setup.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::replica {

/// The largest standard error an observable may have, at every temperature.
struct ErrorTarget {
  ising::Observable observable;
  double error = 0;
};

struct SamplingPlan {
  std::uint64_t n_configurations = 0;         ///< kept per temperature
  std::optional<std::uint64_t> equilibration; ///< sweeps; empty: found from the time series
  std::optional<std::uint64_t> interval; ///< sweeps between kept configurations; empty: twice the longest tau
  std::vector<ErrorTarget> targets = {}; ///< sampling goes on until all are met ...
  std::uint64_t max_sweeps = 0;          ///< ... or has gone on for so many sweeps
  std::uint64_t least_trial = 0; ///< sweeps below which no time series is believed (replica/relaxation.hpp)
  std::uint64_t longest_equilibration = std::uint64_t{1} << 24; ///< where the search gives up
};

/// How an error target was met: the largest error of all temperatures, and at which.
struct TargetReport {
  ErrorTarget target;
  double worst_error = 0; ///< NaN where an error is unknown
  std::size_t where = 0;  ///< index of the temperature
  bool met = false;
};

/// Takes kept configurations instead of their being held.
struct KeptSink {
  /// index as in Sampling. Local: called on the rank that has the configuration, in no order.
  std::function<void(const KeptConfiguration&, std::uint64_t index)> take;
  /// After each ladder's n-th. Collective.
  std::function<void(std::uint64_t n)> round_done;
};

/// Runs an ensemble. Members are collective over the communicator.
/// Equilibration: energy and |magnetisation| of the first 64 ladders are recorded and Chodera's method
/// (stats/equilibration.hpp) applied at every temperature; while it finds the run too short to tell, or the
/// run is shorter than the plan's least, it doubles. Everything up to there is thrown away. With
/// `equilibration` given, that many sweeps are run, the last of them recorded where an automatic interval
/// needs tau, and more only where they do not tell it. Sampling: kept configuration number k R + l of a
/// temperature comes from ladder l of R after (k + 1) intervals. Energies and magnetisations are recorded at
/// every sweep; where they become more than 2^19 a temperature, they go into bins of exact sums
/// (ising/binned_series.hpp), and neighbouring bins are joined where they become more than 2^16: no sweep is
/// lost, and what is recorded of n sweeps depends on n alone. Without a field the magnetisation is recorded
/// with a random sign at every sweep, as of a chain that turned over with probability 1/2: -v is as likely as
/// v, and updates and exchanges treat them alike, but local updates alone leave a well once in exp(L) sweeps.
/// With error targets, sampling goes on after the
/// last kept configuration; errors are looked at when it is kept and whenever the run has grown by a quarter,
/// a schedule that the limit does not change, so that a run whose limit was raised ends like one that had the
/// higher limit from the start.
class Sampling : public Stepper {
public:
  /// The communicator and the ensemble must outlive the object. With a sink kept configurations go there, and
  /// kept() stays empty.
  Sampling(const mpi::Communicator& comm, Ensemble& ensemble, const LadderSetup& setup, SamplingPlan plan,
           std::optional<KeptSink> sink = {});

  bool done() const override;
  void advance() override;
  double work_done() const override;
  double work_total() const override;
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;

  /// Whether a saved state has gone further than so many configurations and, with targets, sweeps would. Collective.
  static bool is_beyond(StateSource& source, std::uint64_t n_configurations, std::uint64_t max_sweeps);

  /// Sweeps thrown away, and between kept configurations; known once done().
  std::uint64_t equilibration() const { return trial_sweeps_; }
  std::uint64_t interval() const { return interval_; }
  /// Sweeps measured, after equilibration.
  std::uint64_t sweeps() const { return sampling_ ? sweeps_ : 0; }
  /// Configurations kept so far of each ladder and temperature.
  std::uint64_t kept_of_each() const { return sampling_ ? std::min(sweeps_ / interval_, n_keeps()) : 0; }
  /// Sweeps summed in one entry of the time series: 1, or in long runs 16, 32, ...
  std::uint64_t samples_in_bin() const;
  /// Longest integrated autocorrelation time of the equilibration run, in sweeps; 1/2 where it was not
  /// needed, as both equilibration and interval were given.
  double longest_tau() const { return longest_tau_; }

  const KeptConfigurations& kept() const { return kept_; }
  /// Observables of every temperature from the whole time series; the same on every rank.
  std::vector<ising::Observables> observables() const;
  /// How the targets stand, given the observables. Local.
  std::vector<TargetReport> judge(const std::vector<ising::Observables>& observables) const;

private:
  std::uint64_t n_keeps() const;
  /// Sweeps that the configurations need.
  std::uint64_t kept_sweeps() const;
  /// The first sweep after the present one at which errors are looked at.
  std::uint64_t next_look() const;
  std::uint64_t last_sweep() const { return std::max(kept_sweeps(), plan_.max_sweeps); }
  /// Sweeps before those that are recorded to be judged.
  std::uint64_t trial_begin() const;
  void advance_trial(std::uint64_t n);
  void advance_sampling(std::uint64_t n);
  void judge_trial();
  void record_sampling();
  /// Whether samples go to bins.
  bool binned() const;
  /// Collective; known on rank `owner`.
  ising::Observables observables_at(std::size_t t, int owner) const;
  void start_sampling();
  /// Appends the present readings; those whose coin is 1 as those of the opposite configuration.
  /// coins: bit s % 64 of word s / 64 - first / 64 is of series s, the rank's first series `first`.
  void record(ising::TimeSeries& series, std::span<const std::uint64_t> coins);
  std::vector<std::uint64_t> no_coins() const;
  std::vector<std::uint64_t> coins() const;
  void keep(std::uint64_t number);

  const mpi::Communicator& comm_;
  Ensemble& ensemble_;
  LadderSetup setup_;
  SamplingPlan plan_;
  std::optional<KeptSink> sink_;
  rng::Generator signs_;
  std::uint64_t sweeps_per_step_;
  bool sampling_ = false;
  std::uint64_t sweeps_ = 0; ///< of the present phase
  std::uint64_t trial_sweeps_;
  std::uint64_t trial_stride_ = 1;
  std::uint64_t interval_ = 0;
  bool met_ = false; ///< whether all targets were met at a look
  double longest_tau_ = 0.5;
  ising::TimeSeries trial_;  ///< one row a watched local series
  ising::TimeSeries series_; ///< one row a local series: what is not in bins
  ising::BinnedSeries bins_; ///< likewise
  KeptConfigurations kept_;
};

} // namespace blockspin::replica
