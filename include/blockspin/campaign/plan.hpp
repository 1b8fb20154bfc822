#pragma once
// A deck once it is understood: what will run, in order, and what is known of everything it refers to.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
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
  std::string deck_folder;                 ///< paths of the deck are relative to it
  std::map<std::string, ModelDeck> models; ///< by name
  ParallelDeck parallel;
  int n_ranks = 1;                            ///< that run it, or that `check` asks about
  std::vector<deck::Section> sections;        ///< of stages, as written: scans stand for several stages
  std::vector<std::unique_ptr<Stage>> stages; ///< in deck order; filled by add()
  std::vector<std::string> warnings;          ///< what the user should know, one line each
  std::set<std::string> faulty;               ///< groups whose own sections have problems: not to be trusted
  const archive::Archive* archive = nullptr;  ///< where earlier runs left results, or null

  void add(std::unique_ptr<Stage> stage);
  /// A path of the deck as the program opens it.
  std::string path_of(const std::string& path) const;
  /// Of the campaign's archive.
  std::string archive_path() const { return path_of(campaign.archive); }
  /// The stage of the deck with that group ("/rbm/main"), or null.
  const Stage* find(const std::string& group) const;
  /// Instances of the deck section that this stage comes from, itself included.
  std::size_t n_instances(const Stage& stage) const;
  /// The place of a deck's stage in `stages`; their number where the deck has none of that group.
  std::size_t place_of(const std::string& group) const;

  /// The stage of a group as the deck describes it, else as the archive's complete group was made; null where
  /// neither has it. Throws an agreed ErrorKind::archive where what the archive records of its keys is no
  /// deck section.
  const Stage* stage(const std::string& group) const;
  /// The stage as the archive's complete group was made; null where there is none. Throws as stage() does.
  const Stage* stored_stage(const std::string& group) const;
  /// The group of what is called so: of the deck, else of the archive, else where it would stand.
  std::string group_of(const std::string& what, const std::string& name) const;
  /// Such a stage as a T that tells more of it (stages/ensemble.hpp); null where there is none.
  template <class T>
  const T* provider(const std::string& what, const std::string& name) const {
    return dynamic_cast<const T*>(stage(group_of(what, name)));
  }

  /// What a key left at `auto` became in the archive, in its own type; empty where that is not known.
  template <class T>
  std::optional<T> became(const std::string& group, const std::string& key) const {
    const std::string text = recorded(group, "auto." + key);
    if (text.empty()) return std::nullopt;
    try {
      return deck::Codec<T>::parse(text);
    } catch (const deck::BadValue& bad) {
      refuse_recorded(group, "auto." + key, bad);
    }
  }
  /// The model a stage works on by its key `model`: the deck's of that name, or, of a stage that only the
  /// archive has, the one it was made with.
  std::optional<ModelDeck> model_of(const Stage& stage, const std::string& name) const;

private:
  std::string recorded(const std::string& group, const std::string& key) const;
  [[noreturn]] void refuse_recorded(const std::string& group, const std::string& key,
                                    const deck::BadValue& bad) const;
  std::unique_ptr<Stage> read_stored(const std::string& group) const;

  std::unordered_map<std::string, std::size_t> places_;                    ///< of groups in `stages`
  std::map<std::pair<std::string, int>, std::size_t> n_of_section_;        ///< by file and line
  mutable std::unordered_map<std::string, std::unique_ptr<Stage>> stored_; ///< those only the archive has
};

/// What may be asked of temperatures of which some are still to be found (NaN), for messages.
std::string allowed_temperatures(const deck::Temperatures& temperatures);

} // namespace blockspin::campaign
