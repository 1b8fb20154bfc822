#include "generated_class.hpp"

#include <algorithm>
#include <cstdlib>

#include "blockspin/base/packed.hpp"
#include "reading.hpp"
#include "reading_series.hpp"
#include "sample_correlation.hpp"

namespace blockspin::stages {

namespace {

/// Whether a chain's first quarter is like its last half, over all chains: the difference less than seven of its
/// standard errors, which for 16 chains Student's distribution exceeds with 4e-6. Fewer than 16 chains, or 4 values of
/// each, cannot tell, and are taken as settled.
bool is_settled(const std::vector<std::int64_t>& in_turn, std::uint64_t n_chains) {
  const std::size_t length = in_turn.size() / n_chains;
  if (n_chains < 16 || length < 4) return true;
  double sum = 0, squares = 0;
  for (std::size_t chain = 0; chain < n_chains; ++chain) {
    const auto mean = [&](std::size_t first, std::size_t last) {
      std::int64_t part = 0;
      for (std::size_t k = first; k < last; ++k) part += in_turn[k * n_chains + chain];
      return static_cast<double>(part) / static_cast<double>(last - first);
    };
    const double change = mean(0, length / 4) - mean(length / 2, length);
    sum += change;
    squares += change * change;
  }
  const auto n = static_cast<double>(n_chains);
  return sum * sum <= 49 * (squares - sum * sum / n) * n / (n - 1);
}

/// Whether energy and |M| have forgotten their start.
bool reached_equilibrium(const ReadingSeries& series, std::uint64_t n_chains) {
  std::vector<std::int64_t> magnet = series.magnetization;
  for (std::int64_t& m : magnet) m = std::abs(m);
  return is_settled(series.energy, n_chains) && is_settled(magnet, n_chains);
}

void write_rows(archive::StageWriter& writer, const GeneratedClass& about, const replica::KeptRows& rows) {
  const std::uint64_t n_bytes = packed_bytes(about.n_units), n = rows.range.size();
  const std::uint64_t first = n > 0 ? rows.range.first : 0, index = n > 0 ? about.index : 0,
                      one = n > 0 ? 1 : 0;
  const Slab numbers{{about.n_classes, about.n_configurations}, {index, first}, {one, n}};
  const ising::Ensemble ensemble{about.n_units, about.temperature, about.field};
  std::vector<double> energy, magnet;
  for (const replica::Reading& reading : rows.readings) {
    const auto m = 2 * static_cast<std::int64_t>(reading.up) - static_cast<std::int64_t>(about.n_units);
    magnet.push_back(static_cast<double>(m) / static_cast<double>(about.n_units));
    if (about.geometry)
      energy.push_back(ising::energy_per_site(ensemble, bond_energy(*about.geometry, reading), m));
  }
  writer.write("configuration",
               Slab{{about.n_classes, about.n_configurations, n_bytes},
                    {index, first, 0},
                    {one, n, n > 0 ? n_bytes : 0}},
               std::span<const std::uint8_t>(rows.packed));
  writer.write("magnetization", numbers, std::span<const double>(magnet));
  if (about.geometry) writer.write("energy", numbers, std::span<const double>(energy));
}

} // namespace

std::optional<GeneratedMeasures> write_class(campaign::Context& context, archive::StageWriter& writer,
                                             const GeneratedClass& about,
                                             const replica::KeptConfigurations& kept) {
  const mpi::Communicator& comm = context.comm();
  const std::uint64_t step = replica::KeptConfigurations::n_at_once(packed_bytes(about.n_units), comm.size());
  std::optional<CorrelationSums> sums;
  if (about.geometry) sums.emplace(*about.geometry);
  ReadingSeries all;
  for (std::uint64_t first = 0; first < about.n_configurations; first += step) {
    context.safe_point();
    const replica::KeptRows rows =
        kept.collect(comm, about.index, {first, std::min(first + step, about.n_configurations)});
    write_rows(writer, about, rows);
    if (!about.geometry) continue;
    sums->add(comm, rows);
    all.add(comm, *about.geometry, rows);
  }
  if (!about.geometry) return std::nullopt;
  return GeneratedMeasures{all.observables(*about.geometry, about.temperature, about.field, about.n_ladders),
                           sums->correlations(about.temperature, about.n_ladders),
                           reached_equilibrium(all, about.n_ladders)};
}

} // namespace blockspin::stages
