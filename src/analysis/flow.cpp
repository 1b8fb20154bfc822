#include "blockspin/analysis/flow.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "blockspin/analysis/block_moments.hpp"
#include "blockspin/analysis/labelled_sample.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/rbm/stack.hpp"

namespace blockspin::analysis {

namespace {

/// Where a walker's quantities stand in one row of values.
struct Columns {
  explicit Columns(std::size_t n_classes)
      : network(0), posterior(n_classes), scalars(2 * n_classes), correlation(scalars + 6) {}
  std::size_t network, posterior, scalars, correlation;
  enum Scalar { mean_temperature, peak_temperature, bayes_temperature, energy, abs_magnetization, excess };
};

struct Rules {
  rbm::Rule hidden, visible;
};

Rules rules_of(Dynamics dynamics) {
  switch (dynamics) {
  case Dynamics::sampled: return {rbm::Rule::sampled, rbm::Rule::sampled};
  case Dynamics::mean_field_hidden: return {rbm::Rule::mean, rbm::Rule::sampled};
  case Dynamics::mean_field: return {rbm::Rule::mean, rbm::Rule::mean};
  case Dynamics::rounded: break;
  }
  return {rbm::Rule::rounded, rbm::Rule::rounded};
}

/// sum p T; a class at T = inf counts only where it has weight.
double mean_of(std::span<const double> p, const std::vector<double>& temperature) {
  double mean = 0;
  for (std::size_t c = 0; c < p.size(); ++c)
    if (p[c] > 0) mean += p[c] * temperature[c];
  return mean;
}

double peak_of(std::span<const double> p, const std::vector<double>& temperature) {
  return temperature[static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin())];
}

/// Jackknife error, over blocks of walkers, of the peak of the averaged output; NaN for one block.
double peak_error(const BlockMoments& moments, const std::vector<double>& temperature) {
  const std::size_t n_blocks = moments.block_count.size(), n_classes = temperature.size();
  if (n_blocks < 2) return std::numeric_limits<double>::quiet_NaN();
  double n = 0, sum = 0, squares = 0;
  for (const std::uint64_t count : moments.block_count) n += static_cast<double>(count);
  std::vector<double> without(n_classes);
  for (std::size_t b = 0; b < n_blocks; ++b) {
    const auto count = static_cast<double>(moments.block_count[b]);
    for (std::size_t c = 0; c < n_classes; ++c)
      without[c] = (n * moments.mean[c] - count * moments.block_mean(b, c)) / (n - count);
    const double peak = peak_of(without, temperature);
    sum += peak;
    squares += peak * peak;
  }
  const auto m = static_cast<double>(n_blocks);
  return std::sqrt(std::max(0.0, (m - 1) / m * (squares - sum * sum / m)));
}

/// A coupling record as the numbers a state can hold, and back.
using RecordNumbers = std::array<double, sizeof(CouplingRecord) / sizeof(double)>;

std::vector<double> as_numbers(const std::vector<CouplingRecord>& records) {
  std::vector<double> numbers;
  for (const CouplingRecord& record : records) {
    const auto parts = std::bit_cast<RecordNumbers>(record);
    numbers.insert(numbers.end(), parts.begin(), parts.end());
  }
  return numbers;
}

std::vector<CouplingRecord> as_records(const std::vector<double>& numbers) {
  std::vector<CouplingRecord> records(numbers.size() / RecordNumbers{}.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    RecordNumbers parts;
    std::copy_n(numbers.begin() + static_cast<std::ptrdiff_t>(i * parts.size()), parts.size(), parts.begin());
    records[i] = std::bit_cast<CouplingRecord>(parts);
  }
  return records;
}

} // namespace

Flow::Flow(const mpi::Communicator& comm, std::span<const rbm::Machine> stack,
           const lattice::Geometry& geometry, const Thermometer& thermometer, const FlowOptions& options,
           const FlowStreams& streams, Array<float, 3> start)
    : comm_(comm), layers_(rbm::samplers_of(stack)), units_(stack.front().units),
      measurement_(geometry, options.field), thermometer_(thermometer), options_(options), streams_(streams),
      mine_(items_of_rank(options.n_walkers, walker_block, comm)), visible_(std::move(start)) {
  require(stack.front().n_visible() == geometry.n_sites(), "a flow's machine does not fit the lattice");
  require(visible_.extent(1) == mine_.size() && visible_.extent(2) == geometry.n_sites(),
          "a flow was given another rank's walkers");
  require(options.n_states.empty() || options.n_states.size() == n_starts(),
          "one number of starting states for each start");
  if (options.couplings) coupling_reading_.emplace(comm, geometry, options.n_walkers);
  for (float& v : visible_.flat()) v = v > 0 ? 1.0F : rbm::off_value(units_);
  measure();
}

std::size_t Flow::n_quantities() const {
  return Columns(thermometer_.temperature.size()).correlation + measurement_.n_distances() + 1;
}

void Flow::step_start(std::size_t start) {
  const Rules rules = rules_of(options_.dynamics);
  const std::size_t n_layers = layers_.size();
  const auto draw = [&](const rng::Generator& stream, std::size_t layer) {
    return rbm::Draw{stream, (step_ * n_starts() + start) * n_layers + layer, mine_.first};
  };
  const View<float, 2> visible = visible_.view().row(start);
  auto hidden = rbm::sent_up(layers_, visible, rules.hidden, draw(streams_.hidden, 0));
  for (std::size_t k = n_layers; k-- > 0;) {
    const View<float, 2> out = k == 0 ? visible : hidden[k - 1].view();
    layers_[k].to_visible(hidden[k], out, k == 0 ? rules.visible : rules.hidden, draw(streams_.visible, k));
  }
}

void Flow::advance() {
  for (std::size_t start = 0; start < n_starts(); ++start) step_start(start);
  ++step_;
  measure();
}

Array<float, 3> Flow::spins() const {
  Array<float, 3> spins = visible_;
  if (units_ == rbm::Units::binary)
    for (float& s : spins.flat()) s = 2 * s - 1;
  return spins;
}

void Flow::measure() {
  const std::size_t n = mine_.size(), n_classes = thermometer_.temperature.size();
  const Array<float, 3> all = spins();
  for (std::size_t start = 0; start < n_starts(); ++start) {
    const View<const float, 2> walkers = all.view().row(start);
    Array<double, 2> output({n, n_classes}), values({n, n_quantities()});
    thermometer_.network.probabilities(walkers, output);
    for (std::size_t i = 0; i < n; ++i) measure_walker(walkers.row(i), output.row(i), values.row(i));
    record(start, values);
    if (coupling_reading_) fit_couplings(start, walkers);
  }
}

void Flow::measure_walker(std::span<const float> spins, std::span<const double> output,
                          std::span<double> values) const {
  const std::size_t n_classes = output.size();
  const Columns at(n_classes);
  const WalkerObservables observables = measurement_.measure(spins, values.subspan(at.correlation));
  const auto scalars = values.subspan(at.scalars);
  std::ranges::copy(output, values.begin());
  scalars[Columns::mean_temperature] = mean_of(output, thermometer_.temperature);
  scalars[Columns::energy] = observables.energy;
  scalars[Columns::abs_magnetization] = std::abs(observables.magnetization);
  scalars[Columns::excess] = observables.excess();
  if (!thermometer_.ln_posterior) return;
  const auto posterior = values.subspan(at.posterior, n_classes);
  const auto ln_p = thermometer_.ln_posterior(observables.energy * static_cast<double>(spins.size()));
  std::ranges::transform(ln_p, posterior.begin(), [](double x) { return std::exp(x); });
  scalars[Columns::bayes_temperature] = mean_of(posterior, thermometer_.temperature);
}

std::optional<SharedStarts> Flow::shared(std::size_t start) const {
  if (options_.n_states.empty() || options_.n_states[start] >= options_.n_walkers) return std::nullopt;
  return SharedStarts(options_.n_walkers, options_.n_states[start]);
}

void Flow::record(std::size_t start, View<const double, 2> values) {
  BlockMoments moments = block_moments(comm_, options_.n_walkers, walker_block, values);
  if (const auto starts = shared(start))
    moments = moments_by_parts(comm_, *starts, mine_.first, values, moments);
  const std::size_t peak =
      mean_.size() + Columns(thermometer_.temperature.size()).scalars + Columns::peak_temperature;
  const std::span<const double> output = std::span(moments.mean).first(thermometer_.temperature.size());
  mean_.insert(mean_.end(), moments.mean.begin(), moments.mean.end());
  error_.insert(error_.end(), moments.error.begin(), moments.error.end());
  mean_[peak] = peak_of(output, thermometer_.temperature);
  error_[peak] = peak_error(moments, thermometer_.temperature);
}

Array<double, 3> Flow::part(const std::vector<double>& records, std::size_t first, std::size_t n) const {
  const std::size_t n_steps = step_ + 1;
  Array<double, 3> result({n_starts(), n_steps, n});
  for (std::size_t t = 0; t < n_steps; ++t)
    for (std::size_t start = 0; start < n_starts(); ++start) {
      const auto from =
          records.begin() + static_cast<std::ptrdiff_t>((t * n_starts() + start) * n_quantities() + first);
      std::copy_n(from, n, result.view().row(start).row(t).begin());
    }
  return result;
}

void Flow::fit_couplings(std::size_t start, View<const float, 2> walkers) {
  // The couplings of the step before are a good place to begin.
  const bool has_last = couplings_.size() >= n_starts();
  const ising::Couplings last =
      has_last ? couplings_[couplings_.size() - n_starts()].coupling : ising::Couplings{};
  couplings_.push_back(coupling_reading_->fit(walkers, mine_.first, shared(start),
                                              std::isfinite(last[0]) ? last : ising::Couplings{}));
  require(couplings_.size() == step_ * n_starts() + start + 1, "a flow's couplings are out of step");
}

FlowSeries Flow::series(std::size_t scalar) const {
  const std::size_t q = Columns(thermometer_.temperature.size()).scalars + scalar;
  const auto flattened = [&](const std::vector<double>& records) {
    Array<double, 2> result({n_starts(), step_ + 1});
    std::ranges::copy(part(records, q, 1).flat(), result.flat().begin());
    return result;
  };
  return {flattened(mean_), flattened(error_)};
}

FlowRecords Flow::records() const {
  const std::size_t n_classes = thermometer_.temperature.size(), n_distances = measurement_.n_distances() + 1;
  const Columns at(n_classes);
  FlowRecords records;
  records.temperature_distribution = part(mean_, at.network, n_classes);
  records.correlation = part(mean_, at.correlation, n_distances);
  records.correlation_error = part(error_, at.correlation, n_distances);
  records.mean_temperature = series(Columns::mean_temperature);
  records.peak_temperature = series(Columns::peak_temperature);
  records.energy = series(Columns::energy);
  records.abs_magnetization = series(Columns::abs_magnetization);
  records.nearest_neighbour_excess = series(Columns::excess);
  if (thermometer_.ln_posterior) {
    records.bayes_distribution = part(mean_, at.posterior, n_classes);
    records.bayes_temperature = series(Columns::bayes_temperature);
  }
  for (std::size_t start = 0; start < n_starts(); ++start)
    for (std::size_t at_step = start; at_step < couplings_.size(); at_step += n_starts())
      records.couplings.push_back(couplings_[at_step]);
  return records;
}

Slab Flow::slab() const {
  return {{n_starts(), options_.n_walkers, visible_.extent(2)},
          {0, mine_.first, 0},
          {n_starts(), mine_.size(), visible_.extent(2)}};
}

std::uint64_t Flow::steps_done(StateSource& source) {
  std::uint64_t step = 0;
  source.replicated("step", step);
  return step;
}

void Flow::save(StateSink& sink) const {
  sink.replicated("step", step_);
  sink.distributed("visible", slab(), std::span<const float>(visible_.flat()));
  sink.replicated("mean", std::span<const double>(mean_));
  sink.replicated("error", std::span<const double>(error_));
  if (coupling_reading_) sink.replicated("couplings", std::span<const double>(as_numbers(couplings_)));
}

void Flow::load(StateSource& source) {
  source.replicated("step", step_);
  source.distributed("visible", slab(), visible_.flat());
  for (auto& [name, records] :
       {std::pair<const char*, std::vector<double>&>{"mean", mean_}, {"error", error_}}) {
    records.resize(source.n_saved(name));
    source.replicated(name, std::span<double>(records));
  }
  if (!coupling_reading_) return;
  std::vector<double> numbers(source.n_saved("couplings"));
  source.replicated("couplings", std::span<double>(numbers));
  couplings_ = as_records(numbers);
}

} // namespace blockspin::analysis
