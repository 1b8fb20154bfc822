#pragma once
// [model]: the lattice every stage of a campaign works on.

#include "blockspin/deck/schema.hpp"

namespace blockspin::campaign {

struct ModelDeck {
  deck::Extents lattice; ///< extents, periodic in every axis
  double field = 0.0;    ///< in J

  std::uint64_t n_sites() const;
};

const deck::Schema<ModelDeck>& model_schema();

} // namespace blockspin::campaign
