#include "reading.hpp"

#include <bit>

namespace blockspin::stages {

namespace {

bool bit(std::span<const std::uint8_t> packed, std::uint64_t site) {
  return (packed[site / 8] >> (site % 8) & 1) != 0;
}

} // namespace

std::uint64_t n_up(std::span<const std::uint8_t> packed) {
  std::uint64_t n = 0;
  for (const std::uint8_t byte : packed) n += static_cast<std::uint64_t>(std::popcount(byte));
  return n;
}

replica::Reading reading_of(const lattice::Geometry& geometry, std::span<const std::uint8_t> packed) {
  replica::Reading reading{0, n_up(packed)};
  for (std::uint64_t site = 0; site < geometry.n_sites(); ++site)
    for (int axis = 0; axis < geometry.n_dimensions(); ++axis)
      reading.antiparallel += bit(packed, site) != bit(packed, geometry.neighbour(site, axis, true)) ? 1 : 0;
  return reading;
}

std::int64_t bond_energy(const lattice::Geometry& geometry, const replica::Reading& reading) {
  return 2 * static_cast<std::int64_t>(reading.antiparallel) - static_cast<std::int64_t>(geometry.n_bonds());
}

std::int64_t magnetization(const lattice::Geometry& geometry, const replica::Reading& reading) {
  return 2 * static_cast<std::int64_t>(reading.up) - static_cast<std::int64_t>(geometry.n_sites());
}

} // namespace blockspin::stages
