#pragma once
// How ranks divide the work on large lattices: groups of ranks share the walkers, the
// ranks of a group one lattice.

#include <optional>
#include <string>
#include <vector>

#include "blockspin/lattice/domain.hpp"

namespace blockspin::replica {

/// A two-level layout. Ranks beyond n_groups boxes have nothing to do.
struct RankLayout {
  lattice::BoxCounts boxes{1, 1, 1}; ///< of one lattice
  int n_groups = 1;
  int n_idle = 0;
  std::string reason; ///< a sentence for the log

  int ranks_per_group() const { return boxes[0] * boxes[1] * boxes[2]; }
};

/// What is asked for: a grid (one number an axis), a count, or nothing.
struct DomainRequest {
  std::vector<std::uint64_t> values;
};

/// `needs_whole_lattice`: the update cannot be divided (Wolff). Throws ErrorKind::setting where the request
/// cannot be met. Local and pure: the same on every rank.
RankLayout plan_ranks(const lattice::Geometry& geometry, std::uint64_t n_walkers, int n_ranks,
                      const std::optional<DomainRequest>& request, bool needs_whole_lattice = false);

} // namespace blockspin::replica
