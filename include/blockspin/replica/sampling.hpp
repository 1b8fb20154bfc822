#pragma once
// A sampling run: equilibrate, measure, keep configurations; cut into safe steps.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "blockspin/ising/observables.hpp"
#include "blockspin/ising/time_series.hpp"
#include "blockspin/replica/kept.hpp"

namespace blockspin::replica {

struct SamplingPlan {
  std::uint64_t n_configurations = 0;         ///< kept per temperature
  std::optional<std::uint64_t> equilibration; ///< sweeps; empty: found from the time series
  std::optional<std::uint64_t> interval; ///< sweeps between kept configurations; empty: twice the longest tau
  std::uint64_t longest_equilibration = std::uint64_t{1} << 24; ///< where the search gives up
};

/// Runs an ensemble. Members are collective over the communicator.
///
/// Equilibration: energy and |magnetisation| of the first 64 ladders are recorded and Chodera's method
/// (stats/equilibration.hpp) applied at every temperature; while it finds the run too short to tell, the run
/// doubles. Everything up to there is thrown away. With `equilibration` given, that many sweeps are run, and
/// more only where an automatic interval needs a longer series to measure tau on. Sampling: kept
/// configuration number k R + l of a temperature comes from ladder l of R after (k + 1) intervals.
class Sampling : public Stepper {
public:
  /// The communicator and the ensemble must outlive the object.
  Sampling(const mpi::Communicator& comm, Ensemble& ensemble, const lattice::Geometry& geometry,
           SamplingPlan plan);

  bool done() const override { return sampling_ && sweeps_ == n_sampling_sweeps(); }
  void advance() override;
  double work_done() const override;
  double work_total() const override;
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;

  /// Sweeps thrown away, and between kept configurations; known once done().
  std::uint64_t equilibration() const { return trial_sweeps_; }
  std::uint64_t interval() const { return interval_; }
  /// Longest integrated autocorrelation time of the equilibration run, in sweeps.
  double longest_tau() const { return longest_tau_; }

  const KeptConfigurations& kept() const { return kept_; }
  /// Observables of every temperature from the whole time series; the same on every rank.
  std::vector<ising::Observables> observables(std::span<const double> temperatures, double field) const;

private:
  std::uint64_t n_keeps() const;
  std::uint64_t n_sampling_sweeps() const { return n_keeps() * interval_; }
  void advance_trial(std::uint64_t n);
  void advance_sampling(std::uint64_t n);
  void judge_trial();
  void thin_trial();
  void start_sampling();
  void record(ising::TimeSeries& series);
  void keep(std::uint64_t number);

  const mpi::Communicator& comm_;
  Ensemble& ensemble_;
  lattice::Geometry geometry_;
  SamplingPlan plan_;
  std::uint64_t sweeps_per_step_;
  bool sampling_ = false;
  std::uint64_t sweeps_ = 0; ///< of the present phase
  std::uint64_t trial_sweeps_;
  std::uint64_t trial_stride_ = 1;
  std::uint64_t interval_ = 0;
  std::uint64_t stride_ = 1;
  double longest_tau_ = 0.5;
  ising::TimeSeries trial_;  ///< one row a watched local series
  ising::TimeSeries series_; ///< one row a local series
  KeptConfigurations kept_;
};

} // namespace blockspin::replica
