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
          .check_whole(deck::is_literal_path, deck::literal_path)
          .required(),
      field("storage", &CampaignDeck::storage,
            "single: one file, copied whole at the end of each stage; segments: a file for each stage in "
            "<archive>.segments, linked from the archive, for campaigns whose copying would take long"),
      field("seed", &CampaignDeck::seed,
            "seed of all random numbers; the same deck and seed give results of the same bytes on any number "
            "of ranks; on processors of different kinds, only samples and machines with [rbm] precision = "
            "float32 have the same bytes")
          .required(),
      field("checkpoint_interval", &CampaignDeck::checkpoint_interval,
            "time between two checkpoints of a long stage")
          .unit("s")
          .check(deck::above(0.0)));
  return schema;
}

} // namespace blockspin::campaign
