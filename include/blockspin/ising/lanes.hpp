#pragma once
// Small lattices, bit-parallel over replicas: 512 lattices side by side, one bit each
// in every site's eight words.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/base/words.hpp"
#include "blockspin/ising/bond_planes.hpp"
#include "blockspin/ising/flip_rule.hpp"
#include "blockspin/lattice/geometry.hpp"
#include "blockspin/rng/generator.hpp"
#include "blockspin/rng/instruction_set.hpp"

namespace blockspin::ising {

/// What all vectors of lanes on one lattice share: the order of sites and their neighbours.
struct LaneGeometry {
  /// Throws ErrorKind::setting beyond 2^31 sites.
  explicit LaneGeometry(const lattice::Geometry& geometry);

  lattice::Geometry geometry;
  std::vector<std::uint32_t> order;      ///< [site]: colour by colour
  std::vector<std::uint32_t> neighbours; ///< [site in order][2 d]
  std::vector<std::uint32_t> forward;    ///< [site][d]
  std::uint64_t second_colour;           ///< where the sites of colour 1 start in the order
  int n_bond_planes;                     ///< bits of the number of bonds
};

/// Bonds and up spins of 512 lattices.
struct LaneCounts {
  alignas(64) std::uint32_t
      antiparallel[512];             ///< bonds whose ends differ; energy is 2 antiparallel - n_bonds
  alignas(64) std::uint32_t up[512]; ///< magnetisation is 2 up - n_sites
};

/// A vector of 512 lattices: lattice 64 w + b is bit b of word w of every site. Local. Results do not
/// depend on the instruction set. `number` is the vector's place among all vectors of a simulation:
/// it addresses random numbers.
class Lanes {
public:
  /// All spins down. The geometry must outlive the lanes. number < 2^24. Riders are rows of eight words that
  /// are no spins but are exchanged with them; zero at first.
  Lanes(const LaneGeometry& geometry, std::uint64_t number,
        rng::InstructionSet set = rng::best_instruction_set(), int n_riders = 0);

  /// Every spin up or down with probability 1/2, from the generator's sequence `number`.
  void randomise(const rng::Generator& generator);
  /// The 64 lattices of a word: all spins of lattice b like bit b.
  void fill_word(int word, std::uint64_t bits);
  /// Turns over every spin of the lattices whose bits are set in mask[w], w = 0 .. 7.
  void turn_over(std::span<const std::uint64_t, 8> mask);
  /// Updates every site once, colour by colour: sweep number `sweep` < 2^39, each
  /// decision by its own random number.
  void sweep(const FlipRule& rule, const rng::Generator& generator, std::uint64_t sweep);
  /// The same, and counts the bonds it leaves antiparallel.
  void sweep(const FlipRule& rule, const rng::Generator& generator, std::uint64_t sweep,
             const BondPlanes& antiparallel);
  void count(LaneCounts& counts) const;

  /// Exchanges the lattices of word w and w + 1 whose bits are set in mask[w], w = 0 .. 7. Word 8 is word 0
  /// of the next vector, which may be null where mask[7] is 0. A word has at most one partner.
  void swap_neighbouring_words(std::span<const std::uint64_t, 8> mask, Lanes* next);
  /// Exchanges the lattices set in `mask` between one word and a word held elsewhere,
  /// given at every site and rider.
  void swap_word(int word, std::span<std::uint64_t> other, std::uint64_t mask);
  /// One word of every site and rider, out.size() = n_sites + n_riders.
  void copy_word(int word, std::span<std::uint64_t> out) const;

  /// The 64 lattices of one word as packed configurations (base/packed.hpp), out.size() = 64 packed_bytes.
  void pack(int word, std::span<std::uint8_t> out) const;

  /// [site][8]
  std::span<std::uint64_t> words() { return spins_.flat().first(8 * geometry_->order.size()); }
  std::span<const std::uint64_t> words() const { return spins_.flat().first(8 * geometry_->order.size()); }
  int n_riders() const { return n_riders_; }
  std::span<std::uint64_t, 8> rider(int row) {
    return spins_.flat().subspan(8 * (geometry_->order.size() + static_cast<std::size_t>(row))).first<8>();
  }
  std::span<const std::uint64_t, 8> rider(int row) const {
    return spins_.flat().subspan(8 * (geometry_->order.size() + static_cast<std::size_t>(row))).first<8>();
  }
  const LaneGeometry& geometry() const { return *geometry_; }

private:
  void run(const FlipRule& rule, const rng::Generator& generator, std::uint64_t sweep,
           const BondPlanes& antiparallel);

  const LaneGeometry* geometry_;
  std::uint64_t number_;
  rng::InstructionSet set_;
  int n_riders_;
  Words spins_; ///< [site, then rider][8]
};

} // namespace blockspin::ising
