#pragma once
// A deck once it is understood: what will run, in order, and what is known of everything it refers to.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "blockspin/archive/archive.hpp"
#include "blockspin/campaign/campaign.hpp"
#include "blockspin/campaign/kind.hpp"
#include "blockspin/campaign/model.hpp"
#include "blockspin/campaign/parallel.hpp"
#include "blockspin/campaign/stage.hpp"

namespace blockspin::campaign {

/// A whole deck. Made by read_plan (campaign/read_plan.hpp); the same on every rank.
class Plan {
public:
  std::span<const Kind> kinds; ///< of stages a deck may have; they outlive the plan
  CampaignDeck campaign;
  ModelDeck model;
  ParallelDeck parallel;
  int n_ranks = 1;                            ///< that run it, or that `check` asks about
  std::vector<std::unique_ptr<Stage>> stages; ///< in deck order
  std::set<std::string> faulty;               ///< groups whose own sections have problems: not to be trusted
  const archive::Archive* archive = nullptr;  ///< where earlier runs left results, or null

  /// The stage of the deck with that group ("/rbm/main"), or null.
  const Stage* find(const std::string& group) const;
  /// The text of a key of a stage, be it in the deck or only in the archive; empty where it is in neither.
  /// Where it is `auto` and the archive tells what that became: that.
  std::string value(const std::string& group, const std::string& key) const;
  /// Such a value in its own type, as the deck would read it; empty where there is
  /// none. `auto` is no value here.
  template <class T>
  std::optional<T> value_as(const std::string& group, const std::string& key) const {
    const std::string text = value(group, key);
    if (text.empty() || text == "auto") return std::nullopt;
    return deck::Codec<T>::parse(text);
  }
  /// Temperatures of a sample ("/sample/main"); NaN for those that `auto` has still to find, so that no
  /// temperature matches them. Empty where nothing is known of the sample.
  std::optional<deck::Temperatures> temperatures(const std::string& sample_group) const;
};

/// What may be asked of such temperatures, for messages.
std::string allowed_temperatures(const deck::Temperatures& temperatures);

} // namespace blockspin::campaign
