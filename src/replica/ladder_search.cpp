#include "blockspin/replica/ladder_search.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/base/error.hpp"
#include "step_length.hpp"

namespace blockspin::replica {

namespace {

constexpr std::uint64_t sweeps_of_first = 64, most_ladders = 64;

/// x >= 0 with erfc(x) = p, 0 < p <= 1.
double inverse_erfc(double p) {
  double low = 0, high = 28; // erfc(28) is below the least double
  for (int i = 0; i < 64; ++i) {
    const double middle = 0.5 * (low + high);
    (std::erfc(middle) > p ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

/// Slopes at the nodes of a monotone cubic through (x, y): the harmonic mean of the neighbouring secants'
/// slopes, weighted by length.
std::vector<double> monotone_slopes(const std::vector<double>& x, const std::vector<double>& y) {
  const std::size_t n = x.size();
  const auto secant = [&](std::size_t i) { return (y[i + 1] - y[i]) / (x[i + 1] - x[i]); };
  std::vector<double> slope(n);
  slope.front() = secant(0);
  slope.back() = secant(n - 2);
  for (std::size_t i = 1; i + 1 < n; ++i) {
    const double left = x[i] - x[i - 1], right = x[i + 1] - x[i];
    slope[i] = 3 * (left + right) / ((2 * right + left) / secant(i - 1) + (right + 2 * left) / secant(i));
  }
  return slope;
}

/// Value of the cubic at `at`, within interval i.
double cubic(const std::vector<double>& x, const std::vector<double>& y, const std::vector<double>& slope,
             std::size_t i, double at) {
  const double h = x[i + 1] - x[i], t = (at - x[i]) / h, u = 1 - t;
  return (1 + 2 * t) * u * u * y[i] + t * u * u * h * slope[i] + t * t * (3 - 2 * t) * y[i + 1] -
         t * t * u * h * slope[i + 1];
}

/// Numbers a person can copy, unless that would blur the ladder.
void round_inner(std::vector<double>& temperatures) {
  for (std::size_t i = 1; i + 1 < temperatures.size(); ++i)
    if (std::min(temperatures[i] - temperatures[i - 1], temperatures[i + 1] - temperatures[i]) > 1e-4)
      temperatures[i] = std::round(temperatures[i] * 1e6) / 1e6;
}

LadderSetup trial_of(LadderSetup setup) {
  setup.n_ladders = std::min(setup.n_ladders, most_ladders);
  setup.exchange = true;
  return setup;
}

std::uint64_t rounds_of(const LadderSetup& setup, double updates) {
  if (setup.temperatures.size() == 2) return 0; // two temperatures are their own ladder
  constexpr double fewest = 2048, most = 16384;
  const double updates_in_sweep = static_cast<double>(setup.geometry.n_sites()) *
                                  static_cast<double>(setup.temperatures.size() * setup.n_ladders);
  const double sweeps = std::clamp(updates / updates_in_sweep, fewest, most);
  return 1 + static_cast<std::uint64_t>(std::log2(sweeps / static_cast<double>(sweeps_of_first)));
}

} // namespace

std::uint64_t trial_sweeps(const LadderSetup& setup, double updates) {
  return sweeps_of_first * ((std::uint64_t{1} << rounds_of(trial_of(setup), updates)) - 1);
}

std::vector<double> geometric_ladder(double first, double last, std::size_t count) {
  std::vector<double> temperatures;
  for (std::size_t i = 0; i < count; ++i)
    temperatures.push_back(first *
                           std::pow(last / first, static_cast<double>(i) / static_cast<double>(count - 1)));
  temperatures.back() = last;
  return temperatures;
}

std::vector<double> even_ladder(std::vector<double> temperatures, const std::vector<double>& distance) {
  require(temperatures.size() >= 2 && distance.size() + 1 == temperatures.size(),
          "one distance for each pair of a ladder");
  std::vector<double> from_first{0.0}, ln_t;
  for (const double d : distance) from_first.push_back(from_first.back() + d);
  for (const double t : temperatures) ln_t.push_back(std::log(t));
  const auto slope = monotone_slopes(from_first, ln_t);
  const double n_pairs = static_cast<double>(distance.size());
  std::size_t interval = 0;
  for (std::size_t k = 1; k + 1 < temperatures.size(); ++k) {
    const double at = from_first.back() * static_cast<double>(k) / n_pairs;
    while (interval + 1 < distance.size() && from_first[interval + 1] < at) ++interval;
    temperatures[k] = std::exp(cubic(from_first, ln_t, slope, interval, at));
  }
  return temperatures;
}

double exchange_distance(std::uint64_t accepted, std::uint64_t attempts, double inverse_difference,
                         double energy_difference) {
  constexpr std::uint64_t enough = 16;
  const double n = static_cast<double>(attempts);
  const double share = (static_cast<double>(std::max(accepted, enough)) - 0.5) / n;
  const double counted = inverse_erfc(std::clamp(share, 0.5 / n, 1 - 0.5 / n));
  if (accepted >= enough) return counted;
  return std::max(counted, 0.5 * std::sqrt(std::max(0.0, inverse_difference * energy_difference)));
}

LadderSearch::LadderSearch(const mpi::Communicator& comm, LadderSetup setup, MakeEnsemble make,
                           double updates)
    : comm_(comm), setup_(trial_of(std::move(setup))), make_(std::move(make)) {
  require(setup_.temperatures.size() >= 2, "a ladder has two temperatures or more");
  n_rounds_ = rounds_of(setup_, updates);
  acceptance_.assign(setup_.temperatures.size() - 1, 0.0);
  if (!done()) start_round();
}

std::uint64_t LadderSearch::sweeps_in_round() const { return sweeps_of_first << round_; }

void LadderSearch::start_round() {
  LadderSetup setup = setup_;
  setup.instance += round_;
  ensemble_ = make_(setup);
  sweeps_ = 0;
  antiparallel_.assign(setup_.temperatures.size(), 0);
  up_ = antiparallel_;
}

void LadderSearch::advance() {
  const std::uint64_t n = std::min(sweeps_in_step(*ensemble_, setup_.geometry), sweeps_in_round() - sweeps_);
  for (std::uint64_t i = 0; i < n; ++i) {
    ensemble_->sweep();
    ++sweeps_;
    if (2 * sweeps_ == sweeps_in_round()) ensemble_->reset_statistics();
    if (2 * sweeps_ > sweeps_in_round()) add_energies();
  }
  if (sweeps_ == sweeps_in_round()) finish_round();
}

void LadderSearch::add_energies() {
  const auto readings = ensemble_->readings();
  const mpi::Range local = ensemble_->local_series();
  for (std::uint64_t s = local.first; s < local.last; ++s) {
    if (ensemble_->ladder_of(s) >= setup_.n_ladders) continue;
    const Reading& reading = readings[s - local.first];
    antiparallel_[ensemble_->temperature_of(s)] += static_cast<std::int64_t>(reading.antiparallel);
    up_[ensemble_->temperature_of(s)] += static_cast<std::int64_t>(reading.up);
  }
}

void LadderSearch::finish_round() {
  auto bonds = antiparallel_, up = up_;
  comm_.sum(std::span(bonds));
  comm_.sum(std::span(up));
  const ExchangeStatistics exchange = ensemble_->exchange_statistics();
  const double n = static_cast<double>(setup_.n_ladders * (sweeps_in_round() / 2));
  const auto& t = setup_.temperatures;
  std::vector<double> distance;
  for (std::size_t i = 0; i + 1 < t.size(); ++i) {
    // Antiparallel bonds count +1, parallel ones -1; spins up -field, spins down +field.
    const double energy_difference = (2 * static_cast<double>(bonds[i + 1] - bonds[i]) -
                                      2 * setup_.field * static_cast<double>(up[i + 1] - up[i])) /
                                     n;
    distance.push_back(exchange_distance(exchange.accepted[i], exchange.attempts[i], 1 / t[i] - 1 / t[i + 1],
                                         energy_difference));
    acceptance_[i] = static_cast<double>(exchange.accepted[i]) / static_cast<double>(exchange.attempts[i]);
  }
  setup_.temperatures = even_ladder(t, distance);
  round_inner(setup_.temperatures);
  ++round_;
  ensemble_.reset();
  if (!done()) start_round();
}

double LadderSearch::work_done() const {
  return static_cast<double>(sweeps_of_first * ((std::uint64_t{1} << round_) - 1) + (done() ? 0 : sweeps_));
}
double LadderSearch::work_total() const {
  return static_cast<double>(sweeps_of_first * ((std::uint64_t{1} << n_rounds_) - 1));
}

void LadderSearch::save(StateSink& sink) const {
  const std::uint64_t at[] = {round_, sweeps_};
  sink.replicated("round", std::span<const std::uint64_t>(at));
  sink.replicated("ladder", std::span<const double>(setup_.temperatures));
  sink.replicated("acceptance", std::span<const double>(acceptance_));
  if (done()) return;
  auto bonds = antiparallel_, up = up_;
  comm_.sum(std::span(bonds));
  comm_.sum(std::span(up));
  sink.replicated("bonds", std::span<const std::int64_t>(bonds));
  sink.replicated("up", std::span<const std::int64_t>(up));
  ensemble_->save(sink);
}

void LadderSearch::load(StateSource& source) {
  std::uint64_t at[2] = {};
  source.replicated("round", std::span<std::uint64_t>(at));
  source.replicated("ladder", std::span(setup_.temperatures));
  source.replicated("acceptance", std::span(acceptance_));
  round_ = at[0];
  if (done()) return;
  start_round();
  sweeps_ = at[1];
  // The sums so far are held once, by the first rank.
  source.replicated("bonds", std::span(antiparallel_));
  source.replicated("up", std::span(up_));
  if (!comm_.is_root()) {
    std::fill(antiparallel_.begin(), antiparallel_.end(), 0);
    std::fill(up_.begin(), up_.end(), 0);
  }
  ensemble_->load(source);
}

} // namespace blockspin::replica
