#include "blockspin/stages/parallel.hpp"

namespace blockspin::stages {

const deck::Schema<ParallelDeck>& parallel_schema() {
  using deck::field;
  static const deck::Schema<ParallelDeck> schema("parallel",
                                                 "how ranks are laid out; no result depends on it",
                                                 field("domains", &ParallelDeck::domains,
                                                       "ranks one lattice is divided over, by axis, or their "
                                                       "number; the other ranks divide the temperatures"));
  return schema;
}

} // namespace blockspin::stages
