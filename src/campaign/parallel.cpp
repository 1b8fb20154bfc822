#include "blockspin/campaign/parallel.hpp"

namespace blockspin::campaign {

std::uint64_t ParallelDeck::ranks_per_lattice() const {
  std::uint64_t n = 1;
  if (domains)
    for (const std::uint64_t along_axis : domains->values)
      if (__builtin_mul_overflow(n, along_axis, &n)) return ~std::uint64_t{0};
  return n;
}

const deck::Schema<ParallelDeck>& parallel_schema() {
  using deck::at_least, deck::field;
  static const deck::Schema<ParallelDeck> schema(
      "parallel", "how ranks are laid out; no result depends on it",
      field("domains", &ParallelDeck::domains,
            "ranks one lattice is divided over, by axis, or their number; the other ranks divide the "
            "temperatures"),
      field("groups", &ParallelDeck::groups,
            "groups of ranks that train machines of a scan side by side, at most; auto: one for each "
            "machine, as far as there are ranks")
          .check(at_least(1)));
  return schema;
}

} // namespace blockspin::campaign
