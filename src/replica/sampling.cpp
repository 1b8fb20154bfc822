#include "blockspin/replica/sampling.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "blockspin/base/error.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/stats/equilibration.hpp"
#include "gather_series.hpp"

namespace blockspin::replica {

namespace {

/// Ladders whose equilibration is watched, and samples of each that are held: enough to tell, cheap to hold.
constexpr std::uint64_t n_watched = 64;
std::uint64_t watched_ladders(const Ensemble& ensemble) { return std::min(n_watched, ensemble.n_ladders()); }
/// Series are ordered by groups of 64 ladders, so those of the first 64 come first.
std::uint64_t watched_series(const Ensemble& ensemble) {
  return std::min(n_watched * ensemble.n_temperatures(), ensemble.n_series());
}
mpi::Range watched_local(const Ensemble& ensemble) {
  const mpi::Range local = ensemble.local_series();
  const std::uint64_t end = watched_series(ensemble);
  return {std::min(local.first, end), std::min(local.last, end)};
}
constexpr std::uint64_t first_trial = 64;
std::uint64_t longest_record(std::uint64_t n_ladders) { return n_ladders >= 16 ? 1024 : 8192; }

/// Samples held per temperature; beyond, only every stride-th sweep is recorded.
constexpr std::uint64_t samples_per_temperature = std::uint64_t{1} << 18;

/// Spin updates after which a step ends: a few milliseconds.
constexpr double updates_per_step = 5e7;

/// The least divisor of n that is at least `least`.
std::uint64_t divisor_from(std::uint64_t n, std::uint64_t least) {
  std::uint64_t d = std::max<std::uint64_t>(least, 1);
  while (d < n && n % d != 0) ++d;
  return std::min(d, n);
}

/// Shape [ladder, time], of the energies or of the magnetisations' moduli.
Array<double, 2> as_chains(const GatheredSeries& series, bool energy) {
  Array<double, 2> chains({series.n_ladders, series.length});
  for (std::size_t l = 0; l < series.n_ladders; ++l) {
    const auto values = energy ? series.energy(l) : series.magnetization(l);
    for (std::size_t i = 0; i < series.length; ++i)
      chains(l, i) = static_cast<double>(energy ? values[i] : std::abs(values[i]));
  }
  return chains;
}

std::uint64_t steps_of(const Ensemble& ensemble, const lattice::Geometry& geometry) {
  const double updates = static_cast<double>(geometry.n_sites()) * static_cast<double>(ensemble.n_series());
  return static_cast<std::uint64_t>(std::clamp(updates_per_step / updates, 1.0, 4096.0));
}

} // namespace

Sampling::Sampling(const mpi::Communicator& comm, Ensemble& ensemble, const lattice::Geometry& geometry,
                   SamplingPlan plan)
    : comm_(comm), ensemble_(ensemble), geometry_(geometry), plan_(plan),
      sweeps_per_step_(steps_of(ensemble, geometry)), trial_sweeps_(plan.equilibration.value_or(first_trial)),
      trial_(watched_local(ensemble).size()), series_(ensemble.local_series().size()),
      kept_(packed_bytes(geometry.n_sites())) {
  if (trial_sweeps_ == 0) judge_trial();
}

std::uint64_t Sampling::n_keeps() const {
  return (plan_.n_configurations + ensemble_.n_ladders() - 1) / ensemble_.n_ladders();
}

void Sampling::advance() {
  if (sampling_)
    advance_sampling(std::min(sweeps_per_step_, n_sampling_sweeps() - sweeps_));
  else
    advance_trial(std::min(sweeps_per_step_, trial_sweeps_ - sweeps_));
}

void Sampling::advance_trial(std::uint64_t n) {
  for (std::uint64_t i = 0; i < n; ++i) {
    ensemble_.sweep();
    if (++sweeps_ % trial_stride_ == 0) record(trial_);
    if (sweeps_ / trial_stride_ >= longest_record(ensemble_.n_ladders())) thin_trial();
  }
  if (sweeps_ == trial_sweeps_) judge_trial();
}

void Sampling::record(ising::TimeSeries& series) {
  const auto readings = ensemble_.readings();
  const auto n_bonds = static_cast<std::int64_t>(geometry_.n_bonds());
  const auto n_sites = static_cast<std::int64_t>(geometry_.n_sites());
  for (std::size_t row = 0; row < series.n_rows(); ++row)
    series.append(row, 2 * static_cast<std::int64_t>(readings[row].antiparallel) - n_bonds,
                  2 * static_cast<std::int64_t>(readings[row].up) - n_sites);
}

void Sampling::thin_trial() {
  ising::TimeSeries thinned(trial_.n_rows());
  for (std::size_t row = 0; row < trial_.n_rows(); ++row)
    for (std::size_t i = 1; i < trial_.energy(row).size(); i += 2)
      thinned.append(row, trial_.energy(row)[i], trial_.magnetization(row)[i]);
  trial_ = std::move(thinned);
  trial_stride_ *= 2;
}

void Sampling::judge_trial() {
  const bool judge_length = !plan_.equilibration, need_tau = !plan_.interval;
  bool reliable = true;
  double tau = 0.5;
  for (std::size_t t = 0; t < ensemble_.n_temperatures() && (judge_length || need_tau); ++t) {
    const int owner = static_cast<int>(t) % comm_.size();
    const auto series = gather_series(comm_, ensemble_, trial_, t, watched_ladders(ensemble_), owner);
    if (comm_.rank() != owner) continue;
    for (const bool energy : {true, false}) {
      if (series.length < 4) {
        reliable = false;
        continue;
      }
      const auto found = stats::detect_equilibration(as_chains(series, energy));
      reliable = reliable && found.reliable;
      tau = std::max(tau, found.tau * static_cast<double>(trial_stride_));
    }
  }
  reliable = comm_.min(reliable ? 1 : 0) == 1;
  longest_tau_ = comm_.max(tau);
  if (reliable || !(judge_length || need_tau)) return start_sampling();
  if (trial_sweeps_ >= plan_.longest_equilibration)
    throw_agreed(ErrorKind::numerical,
                 "not in equilibrium after " + std::to_string(trial_sweeps_) +
                     " sweeps; exchange, more temperatures or a cluster update would help, or "
                     "equilibration can be set by hand");
  trial_sweeps_ = std::max(2 * trial_sweeps_, first_trial);
}

void Sampling::start_sampling() {
  sampling_ = true;
  sweeps_ = 0;
  trial_ = ising::TimeSeries();
  interval_ = plan_.interval.value_or(static_cast<std::uint64_t>(std::ceil(2.0 * longest_tau_)));
  const std::uint64_t samples = n_sampling_sweeps() * ensemble_.n_ladders();
  stride_ = divisor_from(interval_, samples / samples_per_temperature);
  ensemble_.reset_statistics();
}

void Sampling::advance_sampling(std::uint64_t n) {
  for (std::uint64_t i = 0; i < n; ++i) {
    ensemble_.sweep();
    ++sweeps_;
    if (sweeps_ % stride_ == 0) record(series_);
    if (sweeps_ % interval_ == 0) keep(sweeps_ / interval_ - 1);
  }
}

void Sampling::keep(std::uint64_t number) {
  ensemble_.configurations([&](const KeptConfiguration& configuration) {
    const std::uint64_t index = number * ensemble_.n_ladders() + configuration.ladder;
    kept_.add(configuration, index);
  });
}

double Sampling::work_done() const { return static_cast<double>(sweeps_ + (sampling_ ? trial_sweeps_ : 0)); }

double Sampling::work_total() const {
  const std::uint64_t interval = sampling_ ? interval_ : plan_.interval.value_or(10);
  return static_cast<double>(trial_sweeps_ + n_keeps() * interval);
}

std::vector<ising::Observables> Sampling::observables(std::span<const double> temperatures,
                                                      double field) const {
  constexpr std::size_t numbers = 5;
  std::vector<double> all(temperatures.size() * ising::n_observables * numbers, 0.0);
  for (std::size_t t = 0; t < temperatures.size(); ++t) {
    const int owner = static_cast<int>(t) % comm_.size();
    const auto series = gather_series(comm_, ensemble_, series_, t, ensemble_.n_ladders(), owner);
    if (comm_.rank() != owner) continue;
    std::vector<std::span<const std::int64_t>> energy, magnetization;
    for (std::size_t l = 0; l < series.n_ladders; ++l) {
      energy.push_back(series.energy(l));
      magnetization.push_back(series.magnetization(l));
    }
    const auto measured = ising::measure({geometry_.n_sites(), temperatures[t], field}, energy, magnetization,
                                         static_cast<double>(stride_));
    double* out = &all[t * ising::n_observables * numbers];
    for (const stats::MeanEstimate& e : measured.values)
      for (const double number : {e.mean, e.error, e.tau, e.tau_error, static_cast<double>(e.window)})
        *out++ = number;
  }
  // Each number is zero on every rank but one, so this sum is exact.
  comm_.sum(std::span(all));
  std::vector<ising::Observables> result(temperatures.size());
  const double* in = all.data();
  for (auto& observables : result)
    for (stats::MeanEstimate& e : observables.values) {
      e = {in[0], in[1], in[2], in[3], static_cast<std::size_t>(in[4])};
      in += numbers;
    }
  return result;
}

void Sampling::save(StateSink& sink) const {
  const std::uint64_t integers[] = {sampling_ ? 1U : 0U, sweeps_,   trial_sweeps_,
                                    trial_stride_,       interval_, stride_};
  sink.replicated("sampling", std::span<const std::uint64_t>(integers));
  sink.replicated("longest_tau", longest_tau_);
  const mpi::Range local = ensemble_.local_series();
  if (sampling_)
    series_.save(sink, comm_, "series", local.first, ensemble_.n_series());
  else
    trial_.save(sink, comm_, "trial", watched_local(ensemble_).first, watched_series(ensemble_));
  kept_.save(sink, comm_);
  ensemble_.save(sink);
}

void Sampling::load(StateSource& source) {
  std::uint64_t integers[6] = {};
  source.replicated("sampling", std::span<std::uint64_t>(integers));
  source.replicated("longest_tau", longest_tau_);
  sampling_ = integers[0] == 1;
  sweeps_ = integers[1];
  trial_sweeps_ = integers[2];
  trial_stride_ = integers[3];
  interval_ = integers[4];
  stride_ = integers[5];
  const mpi::Range local = ensemble_.local_series();
  if (sampling_)
    series_.load(source, "series", local.first, ensemble_.n_series());
  else
    trial_.load(source, "trial", watched_local(ensemble_).first, watched_series(ensemble_));
  kept_.load(source, comm_);
  ensemble_.load(source);
}

} // namespace blockspin::replica
