#include "blockspin/campaign/campaign.hpp"

#include <filesystem>

namespace blockspin::archive {

std::vector<std::string> choice_names(Storage) { return {"single", "segments"}; }

} // namespace blockspin::archive

namespace blockspin::campaign {

namespace {

/// Names of files beside it are made from it, so a folder's will not do.
bool is_path_of_file(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  return deck::is_literal_path(path) && !name.empty() && name != "." && name != "..";
}

} // namespace

const deck::Schema<CampaignDeck>& campaign_schema() {
  using deck::field;
  static const deck::Schema<CampaignDeck> schema(
      "campaign", "what the run is called, where its results go, and the seed of every random number",
      field("title", &CampaignDeck::title, "a line that says what this campaign is for"),
      field("archive", &CampaignDeck::archive, "the HDF5 file of all results; relative to the deck's folder")
          .check_whole(is_path_of_file,
                       "a path that ends in the name of a file; ~ and $ are not replaced, write them out")
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
