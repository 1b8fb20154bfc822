#include "blockspin/replica/sampling.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "blockspin/base/error.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/stats/equilibration.hpp"
#include "gather_series.hpp"
#include "step_length.hpp"

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
/// Sweeps of the first trial whose length is found: it doubles from there.
std::uint64_t first_trial(const SamplingPlan& plan) {
  return std::max<std::uint64_t>(64, std::bit_ceil(plan.least_trial));
}
std::uint64_t longest_record(std::uint64_t n_ladders) { return n_ladders >= 16 ? 1024 : 8192; }

/// Samples of a temperature that are held one by one, and of one ladder at least; from there on they go to
/// bins, sixteen or a multiple of it to each.
constexpr std::uint64_t most_samples = std::uint64_t{1} << 19, first_width = 16;
std::uint64_t held_one_by_one(const Ensemble& ensemble) {
  return std::max<std::uint64_t>(most_samples / ensemble.n_ladders() / first_width, 1) * first_width;
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

constexpr std::size_t numbers_of_estimate = 9;

std::array<double, numbers_of_estimate> to_numbers(const stats::MeanEstimate& e) {
  return {e.mean,
          e.error,
          e.tau,
          e.tau_error,
          static_cast<double>(e.window),
          e.one_event,
          e.chains_agree,
          e.too_short ? 1.0 : 0.0,
          e.is_bound ? 1.0 : 0.0};
}

stats::MeanEstimate from_numbers(std::span<const double, numbers_of_estimate> n) {
  return {n[0], n[1], n[2], n[3], static_cast<std::size_t>(n[4]), n[5], n[6], n[7] == 1.0, n[8] == 1.0};
}

} // namespace

Sampling::Sampling(const mpi::Communicator& comm, Ensemble& ensemble, const LadderSetup& setup,
                   SamplingPlan plan, std::optional<KeptSink> sink)
    : comm_(comm), ensemble_(ensemble), setup_(setup), plan_(std::move(plan)), sink_(std::move(sink)),
      signs_(setup.seed, rng::StreamId::sample_sign, setup.instance),
      sweeps_per_step_(sweeps_in_step(ensemble, setup.geometry)),
      trial_sweeps_(plan_.equilibration.value_or(first_trial(plan_))), trial_(watched_local(ensemble).size()),
      series_(ensemble.local_series().size()), bins_(series_.n_rows(), first_width),
      kept_(packed_bytes(setup.geometry.n_sites())) {
  const bool to_be_found = !plan_.equilibration || !plan_.interval;
  if (to_be_found && first_trial(plan_) > plan_.longest_equilibration)
    throw_agreed(ErrorKind::numerical, "local updates need some " + std::to_string(plan_.least_trial) +
                                           " sweeps here before equilibrium can be seen, more than the " +
                                           std::to_string(plan_.longest_equilibration) +
                                           " that are tried; a cluster update would help, or equilibration "
                                           "and interval can be set by hand");
  if (trial_sweeps_ == 0) judge_trial();
}

std::uint64_t Sampling::n_keeps() const { return groups_of(plan_.n_configurations, ensemble_.n_ladders()); }

/// A product beyond all numbers is the largest: wrapped round, it would be small, and the sampling done at once.
std::uint64_t Sampling::kept_sweeps() const {
  std::uint64_t n = 0;
  return __builtin_mul_overflow(n_keeps(), interval_, &n) ? std::numeric_limits<std::uint64_t>::max() : n;
}

bool Sampling::done() const {
  if (!sampling_ || sweeps_ < kept_sweeps()) return false;
  return plan_.targets.empty() || met_ || sweeps_ >= last_sweep();
}

std::uint64_t Sampling::next_look() const {
  std::uint64_t look = std::max<std::uint64_t>(kept_sweeps(), 1);
  while (look <= sweeps_) look += std::max<std::uint64_t>(look / 4, 1);
  return look;
}

void Sampling::advance() {
  if (sampling_)
    advance_sampling(std::min({sweeps_per_step_, next_look() - sweeps_, last_sweep() - sweeps_}));
  else
    advance_trial(std::min(sweeps_per_step_, trial_sweeps_ - sweeps_));
}

std::uint64_t Sampling::trial_begin() const {
  if (!plan_.equilibration) return 0;
  if (plan_.interval) return *plan_.equilibration; // nothing is to be found
  // A record that is full is thinned, and tau found from it is less exact.
  return *plan_.equilibration - std::min(*plan_.equilibration, longest_record(ensemble_.n_ladders()) - 1);
}

void Sampling::advance_trial(std::uint64_t n) {
  for (std::uint64_t i = 0; i < n; ++i) {
    ensemble_.sweep();
    if (++sweeps_ <= trial_begin()) continue;
    const std::uint64_t sample = sweeps_ - trial_begin();
    if (sample % trial_stride_ == 0) record(trial_, no_coins());
    if (sample / trial_stride_ < longest_record(ensemble_.n_ladders())) continue;
    trial_.thin();
    trial_stride_ *= 2;
  }
  if (sweeps_ == trial_sweeps_) judge_trial();
}

std::vector<std::uint64_t> Sampling::no_coins() const {
  const mpi::Range local = ensemble_.local_series();
  return std::vector<std::uint64_t>((local.last + 63) / 64 - local.first / 64, 0);
}

std::vector<std::uint64_t> Sampling::coins() const {
  std::vector<std::uint64_t> coins = no_coins();
  if (setup_.field == 0.0) signs_.words(sweeps_, ensemble_.local_series().first / 64, coins);
  return coins;
}

void Sampling::record(ising::TimeSeries& series, std::span<const std::uint64_t> coins) {
  const auto readings = ensemble_.readings();
  const std::uint64_t skip = ensemble_.local_series().first % 64;
  const auto n_bonds = static_cast<std::int64_t>(setup_.geometry.n_bonds());
  const auto n_sites = static_cast<std::int64_t>(setup_.geometry.n_sites());
  for (std::size_t row = 0; row < series.n_rows(); ++row) {
    const std::uint64_t coin = coins[(skip + row) / 64] >> ((skip + row) % 64) & 1;
    const std::int64_t magnetization = 2 * static_cast<std::int64_t>(readings[row].up) - n_sites;
    series.append(row, 2 * static_cast<std::int64_t>(readings[row].antiparallel) - n_bonds,
                  coin == 1 ? -magnetization : magnetization);
  }
}

void Sampling::judge_trial() {
  if (plan_.equilibration && plan_.interval) return start_sampling();
  const std::uint64_t n_recorded = trial_sweeps_ - trial_begin();
  bool reliable = n_recorded >= plan_.least_trial;
  double tau = 0.5;
  for (std::size_t t = 0; t < ensemble_.n_temperatures(); ++t) {
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
  if (reliable) return start_sampling();
  if (n_recorded >= plan_.longest_equilibration)
    throw_agreed(ErrorKind::numerical,
                 "not in equilibrium after " + std::to_string(trial_sweeps_) +
                     " sweeps; exchange, more temperatures or a cluster update would help, or "
                     "equilibration and interval can be set by hand");
  trial_sweeps_ = trial_begin() + std::max(2 * n_recorded, first_trial(plan_));
}

void Sampling::start_sampling() {
  sampling_ = true;
  sweeps_ = 0;
  trial_ = ising::TimeSeries();
  interval_ = plan_.interval.value_or(static_cast<std::uint64_t>(std::ceil(2.0 * longest_tau_)));
  ensemble_.reset_statistics();
}

void Sampling::advance_sampling(std::uint64_t n) {
  const std::uint64_t look = next_look();
  for (std::uint64_t i = 0; i < n; ++i) {
    ensemble_.sweep();
    ++sweeps_;
    record_sampling();
    if (sweeps_ % interval_ == 0 && sweeps_ <= kept_sweeps()) keep(sweeps_ / interval_ - 1);
  }
  if (plan_.targets.empty() || sweeps_ != look) return;
  const auto reports = judge(observables());
  met_ = std::all_of(reports.begin(), reports.end(), [](const TargetReport& report) { return report.met; });
}

void Sampling::record_sampling() {
  record(series_, coins());
  const std::uint64_t most = held_one_by_one(ensemble_);
  if (sweeps_ < most || (sweeps_ - most) % first_width != 0) return;
  for (std::size_t row = 0; row < series_.n_rows(); ++row)
    bins_.add(row, series_.energy(row), series_.magnetization(row));
  if (sweeps_ == most)
    series_ = ising::TimeSeries(series_.n_rows()); // room for all of these is not needed again
  else
    series_.clear();
  if (sweeps_ == 2 * most / first_width * bins_.width()) bins_.join_pairs();
}

bool Sampling::binned() const { return sampling_ && sweeps_ >= held_one_by_one(ensemble_); }
std::uint64_t Sampling::samples_in_bin() const { return binned() ? bins_.width() : 1; }

void Sampling::keep(std::uint64_t number) {
  ensemble_.configurations([&](const KeptConfiguration& configuration) {
    const std::uint64_t index = number * ensemble_.n_ladders() + configuration.ladder;
    sink_ ? sink_->take(configuration, index) : kept_.add(configuration, index);
  });
  if (sink_) sink_->round_done(number + 1);
}

double Sampling::work_done() const {
  return static_cast<double>(sweeps_) + (sampling_ ? static_cast<double>(trial_sweeps_) : 0.0);
}

double Sampling::work_total() const {
  const std::uint64_t interval = sampling_ ? interval_ : plan_.interval.value_or(10);
  const double kept = static_cast<double>(n_keeps()) * static_cast<double>(interval);
  return static_cast<double>(trial_sweeps_) + std::max(kept, static_cast<double>(plan_.max_sweeps));
}

std::vector<TargetReport> Sampling::judge(const std::vector<ising::Observables>& observables) const {
  std::vector<TargetReport> reports;
  for (const ErrorTarget& target : plan_.targets) {
    TargetReport report{target, -1.0, 0, false};
    for (std::size_t t = 0; t < observables.size(); ++t) {
      const double error = observables[t][target.observable].error;
      if (std::isnan(report.worst_error) || error <= report.worst_error) continue;
      report.worst_error = error; // larger, or NaN, which stays
      report.where = t;
    }
    report.met = report.worst_error <= target.error;
    reports.push_back(report);
  }
  return reports;
}

ising::Observables Sampling::observables_at(std::size_t t, int owner) const {
  const ising::Ensemble about{setup_.geometry.n_sites(), setup_.temperatures[t], setup_.field,
                              setup_.geometry.n_neighbours()};
  if (binned()) {
    const auto ladders = gather_bins(comm_, ensemble_, bins_, series_, t, owner);
    const std::vector<std::span<const ising::Bin>> chains(ladders.begin(), ladders.end());
    return comm_.rank() == owner ? measure(about, chains) : ising::Observables();
  }
  const auto series = gather_series(comm_, ensemble_, series_, t, ensemble_.n_ladders(), owner);
  if (comm_.rank() != owner) return {};
  std::vector<std::span<const std::int64_t>> energy, magnetization;
  for (std::size_t l = 0; l < series.n_ladders; ++l) {
    energy.push_back(series.energy(l));
    magnetization.push_back(series.magnetization(l));
  }
  return measure(about, energy, magnetization);
}

std::vector<ising::Observables> Sampling::observables() const {
  const std::size_t n_t = setup_.temperatures.size();
  constexpr std::size_t width = ising::n_observables * numbers_of_estimate;
  std::vector<double> all(n_t * width, 0.0);
  for (std::size_t t = 0; t < n_t; ++t) {
    const int owner = static_cast<int>(t) % comm_.size();
    const auto measured = observables_at(t, owner);
    if (comm_.rank() != owner) continue;
    auto out = all.begin() + static_cast<std::ptrdiff_t>(t * width);
    for (const stats::MeanEstimate& e : measured.values) out = std::ranges::copy(to_numbers(e), out).out;
  }
  // Each number is zero on every rank but one, so this sum is exact.
  comm_.sum(std::span(all));
  std::vector<ising::Observables> result(n_t);
  std::span<const double> in(all);
  for (auto& observables : result)
    for (stats::MeanEstimate& e : observables.values) {
      e = from_numbers(in.first<numbers_of_estimate>());
      in = in.subspan(numbers_of_estimate);
    }
  return result;
}

void Sampling::save(StateSink& sink) const {
  const std::uint64_t integers[] = {sampling_ ? 1U : 0U, sweeps_,   trial_sweeps_,
                                    trial_stride_,       interval_, met_ ? 1U : 0U};
  sink.replicated("sampling", std::span<const std::uint64_t>(integers));
  sink.replicated("n_ladders", static_cast<std::uint64_t>(ensemble_.n_ladders()));
  sink.replicated("longest_tau", longest_tau_);
  const mpi::Range local = ensemble_.local_series();
  if (sampling_)
    series_.save(sink, comm_, "series", local.first, ensemble_.n_series());
  else
    trial_.save(sink, comm_, "trial", watched_local(ensemble_).first, watched_series(ensemble_));
  if (binned()) bins_.save(sink, comm_, "bins", local.first, ensemble_.n_series());
  kept_.save(sink, comm_);
  ensemble_.save(sink);
}

bool Sampling::is_beyond(StateSource& source, std::uint64_t n_configurations, std::uint64_t max_sweeps) {
  std::uint64_t integers[6] = {}, n_ladders = 1;
  source.replicated("sampling", std::span<std::uint64_t>(integers));
  source.replicated("n_ladders", n_ladders);
  const bool is_sampling = integers[0] == 1;
  const std::uint64_t sweeps = integers[1], interval = integers[4];
  return is_sampling && sweeps > std::max(groups_of(n_configurations, n_ladders) * interval, max_sweeps);
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
  met_ = integers[5] == 1;
  const mpi::Range local = ensemble_.local_series();
  if (sampling_)
    series_.load(source, "series", local.first, ensemble_.n_series());
  else
    trial_.load(source, "trial", watched_local(ensemble_).first, watched_series(ensemble_));
  if (binned()) bins_.load(source, "bins", local.first, ensemble_.n_series());
  kept_.load(source, comm_);
  ensemble_.load(source);
}

} // namespace blockspin::replica
