#include "blockspin/stages/sample_data.hpp"

#include <algorithm>

#include "blockspin/base/packed.hpp"
#include "blockspin/mpi/agree.hpp"

namespace blockspin::stages {

train::DataPart read_sample(const archive::Archive& archive, const std::string& name,
                            const std::vector<std::size_t>& temperature_indices, std::size_t n_sites) {
  const std::string path = "/sample/" + name + "/configuration";
  const auto extent = archive.extent(path);
  const std::uint64_t n_configurations = extent[1], n_bytes = packed_bytes(n_sites);
  mpi::agree(archive.comm(), extent[2] == n_bytes, ErrorKind::deck,
             "was sampled on another lattice than this deck's", "/sample/" + name);
  train::DataPart data{train::RowFormat::bits, n_sites, temperature_indices.size() * n_configurations, {}};
  const auto held = mpi::block_range(data.n_rows, archive.comm().rank(), archive.comm().size());
  data.bytes = Array<std::uint8_t, 2>({held.size(), n_bytes});
  for (std::size_t t = 0; t < temperature_indices.size(); ++t) {
    const std::uint64_t start = t * n_configurations;
    const std::uint64_t first = std::clamp(held.first, start, start + n_configurations);
    const std::uint64_t last = std::clamp(held.last, start, start + n_configurations);
    Slab slab = Slab::none(extent);
    if (last > first) {
      slab.offset = {temperature_indices[t], first - start, 0};
      slab.count = {1, last - first, n_bytes};
    }
    const std::size_t at = last > first ? (first - held.first) * n_bytes : 0;
    archive.read(path, slab, data.bytes.flat().subspan(at, (last - first) * n_bytes));
  }
  return data;
}

} // namespace blockspin::stages
