#pragma once
// [parallel]: how the ranks are laid out. No result depends on it.

#include <optional>

#include "blockspin/deck/schema.hpp"

namespace blockspin::campaign {

struct ParallelDeck {
  /// Ranks one lattice is divided over: by axis, or one number, a count whose cut the
  /// program picks; empty is auto.
  std::optional<deck::Extents> domains;
  /// Groups of ranks that work at instances of a scan side by side, at most; empty is auto.
  std::optional<std::uint64_t> groups;

  /// Ranks that one lattice needs.
  std::uint64_t ranks_per_lattice() const;
};

const deck::Schema<ParallelDeck>& parallel_schema();

} // namespace blockspin::campaign
