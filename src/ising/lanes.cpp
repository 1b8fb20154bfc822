#include "blockspin/ising/lanes.hpp"

#include <algorithm>
#include <bit>

#include "addresses.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/base/packed.hpp"
#include "lane_kernels.hpp"

namespace blockspin::ising {

LaneGeometry::LaneGeometry(const lattice::Geometry& g) : geometry(g) {
  if (g.n_sites() >= std::uint64_t{1} << 31)
    throw Error(ErrorKind::setting, "too many sites to simulate replicas bit-parallel");
  for (int colour = 0; colour < g.n_colours(); ++colour) {
    if (colour == 1) second_colour = order.size();
    for (std::uint64_t s = 0; s < g.n_sites(); ++s)
      if (g.colour(s) == colour) order.push_back(static_cast<std::uint32_t>(s));
  }
  n_bond_planes = std::bit_width(g.n_bonds());
  const auto number = [&](std::uint64_t s, int axis, bool ahead) {
    return static_cast<std::uint32_t>(g.neighbour(s, axis, ahead));
  };
  for (const std::uint32_t s : order)
    for (int axis = 0; axis < g.n_dimensions(); ++axis)
      for (const bool ahead : {false, true}) neighbours.push_back(number(s, axis, ahead));
  for (std::uint64_t s = 0; s < g.n_sites(); ++s)
    for (int axis = 0; axis < g.n_dimensions(); ++axis) forward.push_back(number(s, axis, true));
}

Lanes::Lanes(const LaneGeometry& geometry, std::uint64_t number, rng::InstructionSet set, int n_riders)
    : geometry_(&geometry), number_(number), set_(set), n_riders_(n_riders),
      spins_(8 * (geometry.order.size() + static_cast<std::size_t>(n_riders))) {
  require(number < max_walkers, "too many vectors of lanes");
}

void Lanes::randomise(const rng::Generator& generator) { generator.words(number_, 0, words()); }

void Lanes::fill_word(int word, std::uint64_t bits) {
  for (std::size_t i = static_cast<std::size_t>(word); i < words().size(); i += 8) spins_[i] = bits;
}

void Lanes::turn_over(std::span<const std::uint64_t, 8> mask) {
  const auto all = words();
  for (std::size_t i = 0; i < all.size(); i += 8)
    for (std::size_t w = 0; w < 8; ++w) all[i + w] ^= mask[w];
}

void Lanes::sweep(const FlipRule& rule, const rng::Generator& generator, std::uint64_t sweep) {
  run(rule, generator, sweep, {nullptr, 0, 0});
}

void Lanes::sweep(const FlipRule& rule, const rng::Generator& generator, std::uint64_t sweep,
                  const BondPlanes& antiparallel) {
  if (geometry_->geometry.n_colours() == 2) return run(rule, generator, sweep, antiparallel);
  run(rule, generator, sweep, {nullptr, 0, 0});
  lane_kernels[set_].count_bonds(spins_.data(), geometry_->order.size(), geometry_->geometry.n_dimensions(),
                                 geometry_->forward.data(), antiparallel);
}

void Lanes::run(const FlipRule& rule, const rng::Generator& generator, std::uint64_t sweep,
                const BondPlanes& antiparallel) {
  lane_kernels[set_].sweep({spins_.data(),
                            geometry_->order.size(),
                            geometry_->geometry.n_neighbours(),
                            geometry_->order.data(),
                            geometry_->neighbours.data(),
                            rule.scheme(),
                            &rule.planes(),
                            {generator.key_low(), generator.key_high()},
                            coarse_sequence(number_, sweep),
                            fine_sequence(number_, sweep),
                            geometry_->second_colour,
                            antiparallel});
}

void Lanes::count(LaneCounts& counts) const {
  lane_kernels[set_].count(spins_.data(), geometry_->order.size(), geometry_->geometry.n_dimensions(),
                           geometry_->forward.data(), counts.antiparallel, counts.up);
}

void Lanes::swap_neighbouring_words(std::span<const std::uint64_t, 8> mask, Lanes* next) {
  lane_kernels[set_].swap_neighbouring_words(spins_.data(), next != nullptr ? next->spins_.data() : nullptr,
                                             spins_.size() / 8, mask.data());
}

void Lanes::swap_word(int word, std::span<std::uint64_t> other, std::uint64_t mask) {
  for (std::size_t site = 0; site < other.size(); ++site) {
    std::uint64_t& mine = spins_[8 * site + static_cast<std::size_t>(word)];
    const std::uint64_t difference = (mine ^ other[site]) & mask;
    mine ^= difference;
    other[site] ^= difference;
  }
}

void Lanes::copy_word(int word, std::span<std::uint64_t> out) const {
  for (std::size_t site = 0; site < out.size(); ++site)
    out[site] = spins_[8 * site + static_cast<std::size_t>(word)];
}

void Lanes::pack(int word, std::span<std::uint8_t> out) const {
  const std::size_t n_sites = geometry_->order.size(), n_bytes = packed_bytes(n_sites);
  std::fill(out.begin(), out.end(), std::uint8_t{0});
  for (std::size_t site = 0; site < n_sites; ++site) {
    const std::uint64_t bits = spins_[8 * site + static_cast<std::size_t>(word)];
    for (std::size_t b = 0; b < 64; ++b) {
      std::uint8_t& byte = out[b * n_bytes + site / 8];
      byte = static_cast<std::uint8_t>(byte | (bits >> b & 1) << (site % 8));
    }
  }
}

} // namespace blockspin::ising
