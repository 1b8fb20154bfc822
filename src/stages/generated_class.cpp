#include "generated_class.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "blockspin/base/packed.hpp"
#include "reading.hpp"
#include "sample_correlation.hpp"

namespace blockspin::stages {

namespace {

/// Energies and magnetisations of a class in the order of its configurations, on every rank.
struct Series {
  std::vector<std::int64_t> energy, magnet;
};

/// The part of each ladder, one after the other; what is left over by the ladders is left out.
std::vector<std::int64_t> by_ladder(const std::vector<std::int64_t>& values, std::uint64_t n_ladders) {
  const std::uint64_t length = values.size() / n_ladders;
  std::vector<std::int64_t> sorted(length * n_ladders);
  for (std::uint64_t i = 0; i < sorted.size(); ++i)
    sorted[i % n_ladders * length + i / n_ladders] = values[i];
  return sorted;
}

std::vector<std::span<const std::int64_t>> as_spans(const std::vector<std::int64_t>& sorted,
                                                    std::uint64_t n) {
  std::vector<std::span<const std::int64_t>> spans;
  for (std::uint64_t k = 0; k < n; ++k)
    spans.push_back(std::span(sorted).subspan(k * (sorted.size() / n), sorted.size() / n));
  return spans;
}

/// Whether a chain's first quarter is like its last half, over all chains: the difference less than five of its
/// standard errors. Fewer than 16 chains, or 4 values of each, cannot tell, and are taken as settled.
bool is_settled(const std::vector<std::int64_t>& sorted, std::uint64_t n_ladders) {
  const std::size_t length = sorted.size() / n_ladders;
  if (n_ladders < 16 || length < 4) return true;
  const auto mean = [&](std::size_t first, std::size_t last) {
    const auto at = [&](std::size_t i) { return sorted.begin() + static_cast<std::ptrdiff_t>(i); };
    return static_cast<double>(std::accumulate(at(first), at(last), std::int64_t{0})) /
           static_cast<double>(last - first);
  };
  double sum = 0, squares = 0;
  for (std::size_t begin = 0; begin < sorted.size(); begin += length) {
    const double change = mean(begin, begin + length / 4) - mean(begin + length / 2, begin + length);
    sum += change;
    squares += change * change;
  }
  const auto n = static_cast<double>(n_ladders);
  return sum * sum <= 25 * (squares - sum * sum / n) * n / (n - 1);
}

/// Whether energy and |M| have forgotten their start.
bool reached_equilibrium(const std::vector<std::int64_t>& energy, std::vector<std::int64_t> magnet,
                         std::uint64_t n_ladders) {
  for (std::int64_t& m : magnet) m = std::abs(m);
  return is_settled(energy, n_ladders) && is_settled(magnet, n_ladders);
}

void write_rows(archive::StageWriter& writer, const GeneratedClass& about, const replica::KeptRows& rows,
                Series& mine) {
  const std::uint64_t n_bytes = packed_bytes(about.n_units), n = rows.range.size();
  const std::uint64_t first = n > 0 ? rows.range.first : 0, index = n > 0 ? about.index : 0,
                      one = n > 0 ? 1 : 0;
  const Slab numbers{{about.n_classes, about.n_configurations}, {index, first}, {one, n}};
  const auto n_units = static_cast<double>(about.n_units);
  std::vector<double> energy, magnet;
  for (const replica::Reading& reading : rows.readings) {
    mine.magnet.push_back(2 * static_cast<std::int64_t>(reading.up) -
                          static_cast<std::int64_t>(about.n_units));
    magnet.push_back(static_cast<double>(mine.magnet.back()) / n_units);
    if (!about.geometry) continue;
    mine.energy.push_back(bond_energy(*about.geometry, reading));
    energy.push_back(
        (static_cast<double>(mine.energy.back()) - about.field * static_cast<double>(mine.magnet.back())) /
        n_units);
  }
  writer.write("configuration",
               Slab{{about.n_classes, about.n_configurations, n_bytes},
                    {index, first, 0},
                    {one, n, n > 0 ? n_bytes : 0}},
               std::span<const std::uint8_t>(rows.packed));
  writer.write("magnetization", numbers, std::span<const double>(magnet));
  if (about.geometry) writer.write("energy", numbers, std::span<const double>(energy));
}

GeneratedMeasures measure(const GeneratedClass& about, const Series& all, const CorrelationSums& sums) {
  const auto energy = by_ladder(all.energy, about.n_ladders), magnet = by_ladder(all.magnet, about.n_ladders);
  const auto energies = as_spans(energy, about.n_ladders), magnets = as_spans(magnet, about.n_ladders);
  return {ising::measure({about.n_units, about.temperature, about.field, about.geometry->n_neighbours()},
                         energies, magnets),
          sums.correlations(about.temperature, about.n_ladders),
          reached_equilibrium(energy, magnet, about.n_ladders)};
}

} // namespace

std::optional<GeneratedMeasures> write_class(campaign::Context& context, archive::StageWriter& writer,
                                             const GeneratedClass& about,
                                             const replica::KeptConfigurations& kept) {
  const mpi::Communicator& comm = context.comm();
  const std::uint64_t step = replica::KeptConfigurations::n_at_once(packed_bytes(about.n_units), comm.size());
  std::optional<CorrelationSums> sums;
  if (about.geometry) sums.emplace(*about.geometry);
  Series all;
  for (std::uint64_t first = 0; first < about.n_configurations; first += step) {
    context.safe_point();
    const replica::KeptRows rows =
        kept.collect(comm, about.index, {first, std::min(first + step, about.n_configurations)});
    Series mine;
    write_rows(writer, about, rows, mine);
    if (!about.geometry) continue;
    sums->add(comm, rows);
    for (const std::int64_t e : comm.gather_all<std::int64_t>(mine.energy)) all.energy.push_back(e);
    for (const std::int64_t m : comm.gather_all<std::int64_t>(mine.magnet)) all.magnet.push_back(m);
  }
  if (!about.geometry) return std::nullopt;
  return measure(about, all, *sums);
}

} // namespace blockspin::stages
