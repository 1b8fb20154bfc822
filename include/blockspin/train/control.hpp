#pragma once
// Control data: configurations that keep their magnetisation but know no lattice, to tell what a machine owes
// to the lattice (in the spirit of Veiga & Vicente, arXiv:2006.10176).

#include <cstdint>
#include <span>

#include "blockspin/rng/generator.hpp"

namespace blockspin::train {

/// What is learnt in place of a configuration: itself; its spins in a random order, each configuration its
/// own, which keeps its magnetisation exactly; or independent spins, up with the share of up spins in it.
enum class Control { none, shuffled_sites, independent };

/// Which configuration of a sample it is: its random numbers belong to it, whoever holds it.
struct ConfigurationId {
  std::uint64_t temperature = 0; ///< index in the sample, below 2^32
  std::uint64_t number = 0;      ///< among those kept there, below 2^32
};

/// Replaces a packed configuration of n_sites spins; padding bits become zero. Local.
void apply_control(Control control, const rng::Generator& random, const ConfigurationId& id,
                   std::size_t n_sites, std::span<std::uint8_t> packed);

} // namespace blockspin::train
