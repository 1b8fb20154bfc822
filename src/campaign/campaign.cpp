#include "blockspin/campaign/campaign.hpp"

namespace blockspin::archive {

std::vector<std::string> choice_names(Storage) { return {"single", "segments"}; }

} // namespace blockspin::archive

namespace blockspin::campaign {

const deck::Schema<CampaignDeck>& campaign_schema() {
  using deck::field;
  static const deck::Schema<CampaignDeck> schema(
      "campaign", "what the run is called, where its results go, and the seed of every random number",
      field("title", &CampaignDeck::title, "a line that says what this campaign is for"),
      field("archive", &CampaignDeck::archive, "the HDF5 file of all results; relative to the deck's folder")
          .required(),
      field("storage", &CampaignDeck::storage,
            "single: one file, copied whole at each stage's end; segments: a file a stage in "
            "<archive>.segments, "
            "linked from the archive, for campaigns whose copying would take long"),
      field("seed", &CampaignDeck::seed, "seed of all random numbers").required(),
      field("checkpoint_interval", &CampaignDeck::checkpoint_interval,
            "time between two checkpoints of a long stage")
          .unit("s")
          .check(deck::above(0.0)));
  return schema;
}

} // namespace blockspin::campaign
