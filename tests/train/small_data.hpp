#pragma once
// Training data for tests: 3x3 Ising configurations drawn from their exact distribution, divided over ranks.

#include <cmath>
#include <numeric>
#include <vector>

#include "blockspin/base/packed.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rng/generator.hpp"
#include "blockspin/train/data.hpp"

namespace blockspin::train {

/// p(state) of the periodic 3x3 Ising model at temperature T, by state number.
inline std::vector<double> ising_3x3(double temperature) {
  std::vector<double> p(512);
  for (unsigned state = 0; state < 512; ++state) {
    const auto spin = [&](unsigned x, unsigned y) {
      return 2 * static_cast<int>(state >> (3 * (y % 3) + x % 3) & 1) - 1;
    };
    int bonds = 0;
    for (unsigned y = 0; y < 3; ++y)
      for (unsigned x = 0; x < 3; ++x) bonds += spin(x, y) * (spin(x + 1, y) + spin(x, y + 1));
    p[state] = std::exp(bonds / temperature);
  }
  const double z = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& x : p) x /= z;
  return p;
}

/// n_rows states drawn from p over n_units units; each rank holds its part.
inline DataPart drawn_data(const mpi::Communicator& comm, const std::vector<double>& p, std::size_t n_units,
                           std::uint64_t n_rows) {
  const rng::Generator draws(5, rng::StreamId::test, 0);
  const auto held = mpi::block_range(n_rows, comm.rank(), comm.size());
  DataPart data{RowFormat::bits, n_units, n_rows,
                Array<std::uint8_t, 2>({held.size(), packed_bytes(n_units)})};
  for (std::uint64_t row = held.first; row < held.last; ++row) {
    double left = draws.uniform(0, row);
    std::size_t state = 0;
    while (state + 1 < p.size() && left >= p[state]) left -= p[state++];
    for (std::size_t byte = 0; byte < data.bytes.extent(1); ++byte)
      data.bytes(row - held.first, byte) = static_cast<std::uint8_t>(state >> (8 * byte));
  }
  return data;
}

} // namespace blockspin::train
