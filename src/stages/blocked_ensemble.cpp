#include "blocked_ensemble.hpp"

#include <algorithm>

#include "blockspin/base/packed.hpp"
#include "blockspin/campaign/context.hpp"
#include "reading.hpp"

namespace blockspin::stages {

namespace {

double magnetization(std::span<const std::uint8_t> packed, std::uint64_t n_sites) {
  const auto n = static_cast<double>(n_sites);
  return (2 * static_cast<double>(n_up(packed)) - n) / n;
}

} // namespace

std::vector<archive::Row> blocked_rows() {
  std::vector<archive::Row> rows = ensemble_rows();
  rows.front().description += "; of the configurations that were blocked; NaN of a class without one";
  rows.push_back({"magnetization",
                  ElementType::f64,
                  {{"temperature", "temperature"}, {"configuration", ""}},
                  "1",
                  "mean block spin of the configurations"});
  return rows;
}

EnsembleInfo blocked_info(EnsembleInfo fine, const std::string& group, unsigned factor, unsigned n_levels) {
  fine.group = group;
  fine.model.reset(); // block spins have couplings of their own
  fine.lattice = ising::blocked_extents(fine.lattice, factor, n_levels);
  fine.n_sites = fine.lattice.empty() ? 0 : ising::RowLattice(fine.lattice).n_sites();
  return fine;
}

BlockSpins block_ensemble(campaign::Context& context, const StoredEnsemble& fine, ising::BlockLevels levels) {
  const mpi::Communicator& comm = context.comm();
  const ising::RowBits& top = levels.level(levels.n_levels());
  std::vector<std::size_t> temperatures(fine.temperature.size());
  for (std::size_t t = 0; t < temperatures.size(); ++t) temperatures[t] = t;
  const mpi::Range mine =
      mpi::block_range(temperatures.size() * fine.n_configurations, comm.rank(), comm.size());
  BlockSpins blocks{top.lattice().n_sites(), mine, {}};
  blocks.packed = Array<std::uint8_t, 2>({mine.size(), packed_bytes(blocks.n_sites)});
  const std::uint64_t at_once = std::max<std::uint64_t>(1, bytes_of_blocking / fine.n_bytes);
  const std::uint64_t n_steps = comm.max<std::uint64_t>(groups_of(mine.size(), at_once));
  for (std::uint64_t step = 0; step < n_steps; ++step) {
    context.safe_point();
    const mpi::Range some{std::min(mine.first + step * at_once, mine.last),
                          std::min(mine.first + (step + 1) * at_once, mine.last)};
    const auto packed = read_configurations(context.archive(), fine, temperatures, some);
    for (std::uint64_t i = 0; i < some.size(); ++i) {
      const std::uint64_t item = some.first + i;
      levels.spins().unpack(packed.row(i));
      levels.block((item / fine.n_configurations) << 32 | item % fine.n_configurations);
      top.pack(blocks.packed.row(item - mine.first));
    }
  }
  return blocks;
}

void write_blocked(archive::StageWriter& writer, const StoredEnsemble& fine, const BlockSpins& blocks) {
  const std::uint64_t n_t = fine.temperature.size(), n_c = fine.n_configurations,
                      n_bytes = blocks.packed.extent(1);
  writer.write_list("temperature", fine.temperature);
  for (std::uint64_t t = 0; t < n_t; ++t) { // a rank's part may begin and end inside a temperature
    const std::uint64_t first = std::clamp(t * n_c, blocks.mine.first, blocks.mine.last),
                        last = std::clamp((t + 1) * n_c, blocks.mine.first, blocks.mine.last),
                        n = last - first;
    const auto part = blocks.packed.flat().subspan((first - blocks.mine.first) * n_bytes, n * n_bytes);
    std::vector<double> magnets;
    for (std::uint64_t i = 0; i < n; ++i)
      magnets.push_back(magnetization(part.subspan(i * n_bytes, n_bytes), blocks.n_sites));
    const std::vector<std::uint64_t> bytes{n_t, n_c, n_bytes}, numbers{n_t, n_c};
    writer.write("configuration",
                 n == 0 ? Slab::none(bytes) : Slab{bytes, {t, first - t * n_c, 0}, {1, n, n_bytes}}, part);
    writer.write("magnetization", n == 0 ? Slab::none(numbers) : Slab{numbers, {t, first - t * n_c}, {1, n}},
                 std::span<const double>(magnets));
  }
}

} // namespace blockspin::stages
