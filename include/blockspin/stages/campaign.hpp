#pragma once
// [campaign]: what a run is called, where its results go, and the seed of all its random numbers.

#include <cstdint>
#include <string>

#include "blockspin/deck/schema.hpp"

namespace blockspin::stages {

struct CampaignDeck {
  std::string title;
  std::string archive;
  std::uint64_t seed = 0;
  double checkpoint_interval = 600.0; ///< seconds
};

const deck::Schema<CampaignDeck>& campaign_schema();

} // namespace blockspin::stages
