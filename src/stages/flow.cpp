#include "blockspin/stages/flow.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "blockspin/analysis/labelled_sample.hpp"
#include "blockspin/base/log.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/stages/ensemble.hpp"
#include "blockspin/stages/machine.hpp"
#include "blockspin/stages/thermometer.hpp"

namespace blockspin::stages {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Walker i starts at kept configuration i mod C of the temperature; this rank reads those of its own
/// walkers. Collective.
void fill_from_sample(const campaign::Context& context, const StoredEnsemble& sample, double temperature,
                      mpi::Range walkers, View<float, 2> spins) {
  const std::size_t index = deck::find_temperature(sample.temperature, temperature);
  // Walkers of a rank are consecutive: modulo C they are at most two runs of configurations.
  const std::uint64_t n = sample.n_configurations, first = walkers.first % n;
  const std::uint64_t n_needed = std::min<std::uint64_t>(walkers.size(), n);
  const std::uint64_t n_head = std::min(n_needed, n - first);
  const auto head = read_configurations(context.archive(), sample, {index}, {first, first + n_head});
  const auto tail = read_configurations(context.archive(), sample, {index}, {0, n_needed - n_head});
  for (std::uint64_t i = 0; i < walkers.size(); ++i) {
    const std::uint64_t place = i % n;
    unpack(place < n_head ? head.row(place) : tail.row(place - n_head), spins.row(i), -1.0F, 1.0F);
  }
}

Array<float, 3> read_starts(const campaign::Context& context, const StoredEnsemble& sample,
                            const FlowDeck& deck, const rng::Generator& random) {
  const mpi::Range walkers = analysis::items_of_rank(deck.walkers, analysis::walker_block, context.comm());
  const std::uint64_t n_sites = sample.n_sites;
  Array<float, 3> spins({deck.start.size(), walkers.size(), n_sites});
  for (std::size_t k = 0; k < deck.start.size(); ++k) {
    const View<float, 2> of_start = spins.view().row(k);
    if (deck.start[k].kind == FlowStart::Kind::temperature)
      fill_from_sample(context, sample, deck.start[k].temperature, walkers, of_start);
    else
      for (std::size_t i = 0; i < of_start.size(); ++i)
        of_start.flat()[i] =
            deck.start[k].kind == FlowStart::Kind::up || random.below(k, walkers.first * n_sites + i, 2) == 1
                ? 1.0F
                : -1.0F;
  }
  return spins;
}

/// Starting states of each start: no more than there are kept configurations.
std::vector<std::uint64_t> starting_states(const FlowDeck& deck, const StoredEnsemble& sample,
                                           const std::string& label, bool walkers_are_given) {
  std::vector<std::uint64_t> numbers;
  bool shared = false;
  for (const FlowStart& start : deck.start) {
    // All up is one state by intent, not a draw from many.
    const bool drawn = start.kind == FlowStart::Kind::temperature;
    numbers.push_back(drawn ? std::min(deck.walkers, sample.n_configurations) : deck.walkers);
    shared = shared || numbers.back() < deck.walkers;
  }
  if (!shared) return numbers;
  const std::string text = label + ": " + std::to_string(deck.walkers) + " walkers share the " +
                           std::to_string(sample.n_configurations) + " configurations of " + sample.group +
                           " they start at; errors count walkers of one configuration together";
  if (walkers_are_given)
    log::warning(text);
  else
    log::info(text); // nobody asked for more walkers than there are configurations
  return numbers;
}

/// The temperature with the walkers' energy.
analysis::FlowSeries energy_temperature(const std::optional<campaign::ModelDeck>& model,
                                        const analysis::FlowSeries& energy) {
  analysis::FlowSeries result{Array<double, 2>(energy.mean.shape()), Array<double, 2>(energy.mean.shape())};
  std::ranges::fill(result.mean.flat(), not_a_number);
  std::ranges::fill(result.error.flat(), not_a_number);
  if (!is_exactly_known(model)) return result;
  const ising::exact::EnergyTemperature temperature_of(model->lattice.values);
  for (std::size_t i = 0; i < energy.mean.size(); ++i) {
    const auto at = temperature_of.estimate(energy.mean.flat()[i], energy.error.flat()[i]);
    result.mean.flat()[i] = at.mean;
    result.error.flat()[i] = at.error;
  }
  return result;
}

class FlowWriter {
public:
  explicit FlowWriter(archive::StageWriter writer) : writer_(std::move(writer)) {}
  void list(const std::string& path, const std::vector<double>& values) {
    writer_.write_replicated(path, {values.size()}, std::span<const double>(values));
  }
  void table(const std::string& path, const Array<double, 3>& values) {
    writer_.write_replicated(path, {values.extent(0), values.extent(1), values.extent(2)}, values.flat());
  }
  void series(const std::string& quantity, const analysis::FlowSeries& series) {
    const std::vector<std::uint64_t> extent = {series.mean.extent(0), series.mean.extent(1)};
    writer_.write_replicated(quantity + "/mean", extent, std::as_const(series.mean).flat());
    writer_.write_replicated(quantity + "/error", extent, std::as_const(series.error).flat());
  }
  /// Records [start, step].
  void couplings(const std::vector<analysis::CouplingRecord>& records, std::size_t n_starts) {
    const auto one = [&](const std::string& name, auto&& mean, auto&& error) {
      const Shape<2> shape = {n_starts, records.size() / n_starts};
      analysis::FlowSeries values{Array<double, 2>(shape), Array<double, 2>(shape)};
      std::ranges::transform(records, values.mean.flat().begin(), mean);
      std::ranges::transform(records, values.error.flat().begin(), error);
      series(name, values);
    };
    for (const auto& [k, name] : {std::pair<std::size_t, const char*>{0, "coupling_nearest"},
                                  {1, "coupling_diagonal"},
                                  {2, "coupling_plaquette"}})
      one(
          name, [k = k](const auto& record) { return record.coupling[k]; },
          [k = k](const auto& record) { return record.error[k]; });
    one(
        "coupling_residual", [](const auto& record) { return record.residual; },
        [](const auto& record) { return record.residual_error; });
    std::vector<double> misfit;
    for (const auto& record : records) misfit.push_back(record.misfit);
    writer_.write_replicated("coupling_misfit", {n_starts, records.size() / n_starts},
                             std::span<const double>(misfit));
  }
  void commit() { writer_.commit(); }

private:
  archive::StageWriter writer_;
};

/// +inf stands for random spins, NaN for all up, which no temperature stands for.
std::vector<double> start_temperatures(const FlowDeck& deck) {
  std::vector<double> temperatures;
  for (const FlowStart& start : deck.start)
    temperatures.push_back(start.kind == FlowStart::Kind::temperature ? start.temperature
                           : start.kind == FlowStart::Kind::random ? std::numeric_limits<double>::infinity()
                                                                   : not_a_number);
  return temperatures;
}

} // namespace

void FlowStage::run(campaign::Context& context) {
  const auto stream = [&](rng::StreamId id) { return context.random(id, label()); };
  const MachineInfo machine = machine_of(context.plan(), deck().rbm);
  const auto stack = read_machines(context, deck().rbm, deck().epoch);
  const auto thermometer = read_thermometer(context, deck().thermometer, machine.model);
  const auto sample = open_ensemble(context, sample_name(context.plan()));
  const double field = machine.model ? machine.model->field : 0.0;
  analysis::Flow flow(context.comm(), stack, lattice::Geometry(machine.lattice), thermometer,
                      {deck().walkers, deck().steps, deck().dynamics, field, deck().couplings,
                       starting_states(deck(), sample, label(), section().find("walkers") != nullptr)},
                      {stream(rng::StreamId::flow_hidden), stream(rng::StreamId::flow_visible)},
                      read_starts(context, sample, deck(), stream(rng::StreamId::flow_start)));
  context.run_stepper(flow);

  const analysis::FlowRecords records = flow.records();
  FlowWriter writer(context.begin_writing());
  writer.list("start_temperature", start_temperatures(deck()));
  writer.list("temperature", thermometer.temperature);
  writer.table("temperature_distribution", records.temperature_distribution);
  writer.table("correlation/mean", records.correlation);
  writer.table("correlation/error", records.correlation_error);
  writer.series("mean_temperature", records.mean_temperature);
  writer.series("peak_temperature", records.peak_temperature);
  writer.series("energy", records.energy);
  writer.series("abs_magnetization", records.abs_magnetization);
  writer.series("nearest_neighbour_excess", records.nearest_neighbour_excess);
  writer.series("energy_temperature", energy_temperature(machine.model, records.energy));
  if (thermometer.ln_posterior) {
    writer.table("bayes_distribution", records.bayes_distribution);
    writer.series("bayes_temperature", records.bayes_temperature);
  }
  if (deck().couplings) writer.couplings(records.couplings, deck().start.size());
  writer.commit();
}

void FlowStage::check_state(std::size_t, StateSource& source, const std::vector<std::string>&) const {
  if (analysis::Flow::steps_done(source) > deck().steps) refuse_as_beyond("steps");
}

} // namespace blockspin::stages
