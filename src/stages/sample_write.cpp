#include "sample_write.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "blockspin/base/packed.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/rng/generator.hpp"
#include "measured_rows.hpp"
#include "reading.hpp"
#include "reading_series.hpp"
#include "sample_correlation.hpp"
#include "sample_drawn.hpp"

namespace blockspin::stages {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

void write_rows(archive::StageWriter& writer, const SampleRun& run, std::size_t temperature,
                const replica::KeptRows& rows) {
  const std::uint64_t n_t = run.temperatures.size(), n_c = run.n_configurations;
  const std::uint64_t n_bytes = packed_bytes(run.setup.geometry.n_sites());
  const std::uint64_t first = rows.range.size() > 0 ? rows.range.first : 0, n = rows.range.size();
  const std::uint64_t t = n > 0 ? temperature : 0, one = n > 0 ? 1 : 0;
  const Slab numbers{{n_t, n_c}, {t, first}, {one, n}};
  const ising::Ensemble ensemble{run.setup.geometry.n_sites(), run.temperatures[temperature],
                                 run.setup.field};
  std::vector<double> energy, magnet;
  for (const auto& reading : rows.readings) {
    const std::int64_t m = magnetization(run.setup.geometry, reading);
    energy.push_back(ising::energy_per_site(ensemble, bond_energy(run.setup.geometry, reading), m));
    magnet.push_back(static_cast<double>(m) / static_cast<double>(ensemble.n_sites));
  }
  writer.write("configuration", Slab{{n_t, n_c, n_bytes}, {t, first, 0}, {one, n, n > 0 ? n_bytes : 0}},
               std::span<const std::uint8_t>(rows.packed));
  writer.write("energy", numbers, std::span<const double>(energy));
  writer.write("magnetization", numbers, std::span<const double>(magnet));
  writer.write("exchange/replica", numbers, std::span<const std::uint32_t>(rows.replica));
}

/// Share of replicas at a temperature that were last at the lowest end; NaN where none has been at an end.
double flow(const replica::ExchangeStatistics& exchange, std::size_t t) {
  const auto low = static_cast<double>(exchange.from_lowest[t]),
             high = static_cast<double>(exchange.from_highest[t]);
  return low + high > 0 ? low / (low + high) : nan;
}

void write_exchange(archive::StageWriter& writer, const SampleRun& run) {
  const std::size_t n_t = run.temperatures.size();
  std::vector<double> accepted(n_t - 1, nan), flows(n_t, nan);
  std::size_t simulated = 0; // temperatures of the ladder are consecutive: 0 comes first, inf last
  for (std::size_t t = 0; t < n_t; ++t) {
    if (!is_simulated(run.temperatures[t])) continue;
    if (simulated > 0 && run.setup.exchange) accepted[t - 1] = acceptance(run.exchange, simulated - 1);
    if (run.setup.exchange) flows[t] = flow(run.exchange, simulated);
    ++simulated;
  }
  if (n_t > 1) writer.write_replicated("exchange/acceptance", {n_t - 1}, std::span<const double>(accepted));
  writer.write_replicated("exchange/flow", {n_t}, std::span<const double>(flows));
  if (run.setup.exchange)
    writer.write_replicated("exchange/round_trips", {run.exchange.round_trips.size()},
                            std::span<const std::uint64_t>(run.exchange.round_trips));
}

void write_targets(archive::StageWriter& writer, const SampleRun& run) {
  for (const replica::TargetReport& report : run.targets) {
    const std::string path = "target/" + std::string(name(report.target.observable));
    writer.write_scalar(path + "/wanted", report.target.error);
    writer.write_scalar(path + "/reached", report.worst_error);
    writer.write_scalar(path + "/temperature", run.setup.temperatures[report.where]);
    writer.write_scalar(path + "/met", static_cast<std::uint8_t>(report.met ? 1 : 0));
  }
}

} // namespace

void flip_at_random(const replica::LadderSetup& setup, std::size_t temperature, replica::KeptRows& rows) {
  const rng::Generator coins(setup.seed, rng::StreamId::sample_flip, setup.instance);
  const std::uint64_t n_sites = setup.geometry.n_sites();
  const std::size_t n_bytes = packed_bytes(n_sites);
  for (std::uint64_t i = 0; i < rows.range.size(); ++i) {
    if ((coins.word(temperature, rows.range.first + i) & 1) == 0) continue;
    const auto packed = std::span(rows.packed).subspan(i * n_bytes, n_bytes);
    for (std::uint8_t& byte : packed) byte = static_cast<std::uint8_t>(~byte);
    if (n_sites % 8 != 0)
      packed.back() = static_cast<std::uint8_t>(packed.back() & ((1U << (n_sites % 8)) - 1));
    rows.readings[i].up = n_sites - rows.readings[i].up;
  }
}

double acceptance(const replica::ExchangeStatistics& exchange, std::size_t pair) {
  const auto attempts = static_cast<double>(exchange.attempts[pair]);
  return attempts > 0 ? static_cast<double>(exchange.accepted[pair]) / attempts : nan;
}

void write_sample(campaign::Context& context, const SampleRun& run, const replica::KeptConfigurations* kept) {
  const mpi::Communicator& comm = context.comm();
  const DrawSetup draws{run.setup.geometry, run.setup.field, run.setup.seed, run.setup.instance};
  archive::StageWriter writer = context.begin_writing();
  writer.write_replicated("temperature", {run.temperatures.size()},
                          std::span<const double>(run.temperatures));
  std::vector<ising::Observables> observables;
  std::vector<ising::Correlations> correlations;
  std::size_t simulated = 0;
  for (std::size_t t = 0; t < run.temperatures.size(); ++t) {
    const double temperature = run.temperatures[t];
    const bool chain = is_simulated(temperature);
    CorrelationSums sums(run.setup.geometry);
    ReadingSeries drawn; // of exact draws: all configurations, as one chain of independent samples
    // A few configurations at a time: large ones would fill the memory a second time.
    const std::uint64_t step =
        replica::KeptConfigurations::n_at_once(packed_bytes(run.setup.geometry.n_sites()), comm.size());
    for (std::uint64_t first = 0; first < run.n_configurations; first += step) {
      const mpi::Range some{first, std::min(first + step, run.n_configurations)};
      replica::KeptRows rows = collect_or_draw(comm, draws, temperature, kept, simulated, some);
      if (!chain) drawn.add(comm, run.setup.geometry, rows);
      sums.add(comm, rows);
      if (chain && run.flip) flip_at_random(run.setup, t, rows);
      write_rows(writer, run, t, rows);
    }
    observables.push_back(chain ? run.observables[simulated]
                                : drawn.observables(run.setup.geometry, temperature, run.setup.field, 1));
    correlations.push_back(sums.correlations(temperature, chain ? run.setup.n_ladders : 1));
    simulated += chain ? 1 : 0;
  }
  write_observables(writer, observables);
  write_correlations(writer, correlations);
  write_exchange(writer, run);
  writer.write_scalar("sweeps", run.n_sweeps);
  write_targets(writer, run);
  writer.commit();
}

} // namespace blockspin::stages
