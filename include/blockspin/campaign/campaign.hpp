#pragma once
// [campaign]: what a run is called, where its results go, and the seed of all its random numbers.

#include <cstdint>
#include <string>

#include "blockspin/archive/archive.hpp"
#include "blockspin/deck/schema.hpp"

namespace blockspin::archive {

std::vector<std::string> choice_names(Storage);

} // namespace blockspin::archive

namespace blockspin::campaign {

struct CampaignDeck {
  std::string title;
  std::string archive;
  archive::Storage storage = archive::Storage::single;
  std::uint64_t seed = 0;
  double checkpoint_interval = 600.0; ///< seconds
};

const deck::Schema<CampaignDeck>& campaign_schema();

} // namespace blockspin::campaign
