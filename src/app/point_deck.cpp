#include "point_deck.hpp"

#include <algorithm>

#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/read_plan.hpp"
#include "blockspin/deck/path.hpp"
#include "blockspin/deck/rewrite.hpp"
#include "blockspin/stages/import.hpp"

namespace blockspin::app {

namespace {

namespace fs = std::filesystem;

const std::string by_user = "--over", by_sweep = "sweep"; // places of values

/// The values of `options`, with `by` as their place.
void apply(deck::Document& document, const std::vector<std::string>& options, const std::string& by,
           deck::Problems& problems) {
  deck::Problems found;
  deck::apply_overrides(document, options, campaign::sections_always_there(), found);
  const auto take = [&](deck::Place& place) {
    if (place.file == "--set") place.file = by;
  };
  for (deck::Section& section : document.sections) {
    take(section.place);
    for (deck::Entry& entry : section.entries) take(entry.place);
  }
  for (deck::Problem problem : found.all()) {
    take(problem.place);
    problems.add(std::move(problem));
  }
}

bool is_swept(const deck::Document& document, const std::string& stage, const std::string& key) {
  const deck::Section* const section = document.find(stage, "main");
  const deck::Entry* const entry = section == nullptr ? nullptr : section->find(key);
  return entry != nullptr && entry->place.file == by_user;
}

std::size_t n_swept(const deck::Document& document) {
  std::size_t n = 0;
  for (const deck::Section& section : document.sections)
    n += static_cast<std::size_t>(std::ranges::count_if(
        section.entries, [](const deck::Entry& entry) { return entry.place.file == by_user; }));
  return n;
}

void apply_point(deck::Document& document, const std::vector<SweepKey>& keys, const SweepPoint& point,
                 deck::Problems& problems) {
  std::vector<std::string> options;
  for (std::size_t k = 0; k < keys.size(); ++k) options.push_back(keys[k].path + "=" + point.values[k]);
  apply(document, options, by_user, problems);
  if (is_swept(document, "campaign", "archive"))
    throw Error(ErrorKind::usage, "campaign.archive: each point has an archive of its own name", by_user);
  if (problems.empty() && n_swept(document) < keys.size())
    throw Error(ErrorKind::usage, "two of the keys are the same, written in two ways", by_user);
}

/// The seed of a point that gives none, of the deck's own. A deck without a good one keeps what it has, to be reported.
void apply_seed(deck::Document& document, const std::vector<SweepKey>& keys, const SweepPoint& point,
                deck::Problems& problems) {
  const deck::Section* const section = document.find("campaign", "main");
  deck::Problems of_campaign;
  const auto campaign = campaign::campaign_schema().read(*section, of_campaign).deck;
  if (of_campaign.empty())
    apply(document, {"campaign.seed=" + std::to_string(derived_seed(campaign.seed, keys, point))}, by_sweep,
          problems);
}

/// The file of labels that temperatures name, or empty.
std::string labels_in(const deck::Section& section, const std::string& text) {
  const deck::Entry* const dataset = section.find("dataset");
  if (dataset != nullptr && dataset->value != "none") return {}; // then they are a dataset as well
  return deck::Codec<stages::ImportTemperatures>::parse(text).labels;
}

/// The path in an entry that names a file, by the type of its key; empty in all others.
std::string file_in(const campaign::Kind& kind, const deck::Section& section, const deck::Entry& entry) {
  const auto keys = kind.schema->keys();
  const auto info = std::ranges::find_if(
      keys, [&](const deck::KeyInfo& key) { return key.name == deck::split_layer(entry.key).second; });
  if (info == keys.end()) return {};
  try {
    if (info->type == deck::Codec<deck::Path>::type())
      return entry.value == "none" ? std::string() : std::string(deck::Codec<deck::Path>::parse(entry.value));
    if (info->type == deck::Codec<stages::ImportTemperatures>::type()) return labels_in(section, entry.value);
  } catch (const deck::BadValue&) { // which is reported where the deck is read
  }
  return {};
}

/// As a deck's value: between quotation marks where they keep what would be lost.
std::string as_value(const std::string& path) {
  const bool is_plain = trimmed(path) == path && path.find_first_of("\"'") == std::string::npos;
  return is_plain ? path : "\"" + path + "\"";
}

/// Files beside the sweep's deck, which those of the points must find from their folder.
void complete_paths(deck::Document& document, std::span<const campaign::Kind> kinds, const fs::path& folder) {
  for (deck::Section& section : document.sections) {
    const campaign::Kind* const kind = campaign::find_kind(kinds, section.stage);
    if (kind == nullptr) continue;
    for (deck::Entry& entry : section.entries) {
      const fs::path path = file_in(*kind, section, entry);
      if (!path.empty() && path.is_relative())
        entry.value = as_value((folder / path).lexically_normal().string());
    }
  }
}

/// A value with # would end there, and one with a quotation mark may mean another.
void require_readable(const deck::Document& meant, const std::string& text) {
  deck::Problems found;
  const deck::Document read = deck::parse(meant.path, text, found);
  for (const deck::Section& section : meant.sections)
    for (const deck::Entry& entry : section.entries) {
      const deck::Section* const same = read.find(section.stage, section.name);
      const deck::Entry* const there = same == nullptr ? nullptr : same->find(entry.key);
      if (there == nullptr || there->value != entry.value)
        throw Error(ErrorKind::usage,
                    section.label() + "." + entry.key + ": a deck cannot hold the value '" + entry.value +
                        "'",
                    entry.place.text());
    }
}

} // namespace

PointDeck deck_of(const deck::Document& base, std::span<const campaign::Kind> kinds,
                  const std::vector<SweepKey>& keys, const SweepPoint& point, const fs::path& folder,
                  deck::Problems& problems) {
  PointDeck made{base, {}, false};
  made.document.path = (folder / (point.name + ".ini")).string();
  apply_point(made.document, keys, point, problems);
  apply(made.document, {"campaign.archive=" + point.name + ".h5"}, by_sweep, problems);
  made.has_own_seed = is_swept(made.document, "campaign", "seed");
  if (!made.has_own_seed) apply_seed(made.document, keys, point, problems);
  complete_paths(made.document, kinds, fs::absolute(base.path).parent_path());
  made.text = deck::rewritten(base, made.document);
  require_readable(made.document, made.text);
  return made;
}

} // namespace blockspin::app
