#include "blockspin/campaign/plan.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "blockspin/base/text.hpp"

namespace blockspin::campaign {

void Plan::add(std::unique_ptr<Stage> stage) {
  places_.emplace(stage->group(), stages.size());
  const deck::Place& place = stage->section().place;
  ++n_of_section_[{place.file, place.line}];
  stages.push_back(std::move(stage));
}

std::string Plan::path_of(const std::string& path) const {
  const std::filesystem::path given(path);
  if (given.is_absolute()) return path;
  return (std::filesystem::path(deck_folder) / given).lexically_normal().string();
}

std::size_t Plan::n_instances(const Stage& stage) const {
  const deck::Place& place = stage.section().place;
  const auto found = n_of_section_.find({place.file, place.line});
  return found == n_of_section_.end() ? 0 : found->second;
}

std::size_t Plan::place_of(const std::string& group) const {
  const auto found = places_.find(group);
  return found == places_.end() ? stages.size() : found->second;
}

const Stage* Plan::find(const std::string& group) const {
  const std::size_t place = place_of(group);
  return place == stages.size() ? nullptr : stages[place].get();
}

const Stage* Plan::stage(const std::string& group) const {
  const Stage* const of_deck = find(group);
  return of_deck != nullptr ? of_deck : stored_stage(group);
}

const Stage* Plan::stored_stage(const std::string& group) const {
  if (archive == nullptr) return nullptr;
  const auto known = archive->group(group);
  if (!known || known->status != "complete") return nullptr;
  auto& stored = stored_[group];
  if (!stored) stored = read_stored(group);
  return stored.get();
}

std::unique_ptr<Stage> Plan::read_stored(const std::string& group) const {
  const auto pieces = split(group.substr(1), '/');
  const Kind* const kind = pieces.size() == 2 ? find_kind(kinds, pieces.front()) : nullptr;
  if (kind == nullptr) return nullptr;
  deck::Section section{pieces[0], pieces[1], {archive->path() + ": " + group, 0}, {}};
  // Keys this build does not know are passed over; those the archive does not know stand at their defaults.
  const archive::Group recorded_group = *archive->group(group);
  for (const auto& [key, value] : recorded_group.values) {
    const std::string plain = deck::split_layer(key).second, text = h5::to_text(value);
    const auto keys = kind->schema->keys();
    const bool known = std::ranges::any_of(keys, [&](const auto& info) { return info.name == plain; });
    if (known && !text.empty()) section.entries.push_back({key, text, section.place});
  }
  deck::Problems problems;
  auto stage = kind->make(section, problems);
  if (!problems.empty()) {
    const deck::Problem& first = problems.all().front();
    throw_agreed(ErrorKind::archive,
                 first.key + ": " + first.what + "; the group is damaged or of another program",
                 archive->path() + ": " + group);
  }
  return stage;
}

std::string Plan::group_of(const std::string& what, const std::string& name) const {
  std::string first, in_archive;
  for (const Kind& kind : kinds) {
    if (kind.provides != what) continue;
    const std::string group = "/" + kind.schema->stage() + "/" + name;
    if (find(group) != nullptr) return group;
    if (first.empty()) first = group;
    if (in_archive.empty() && archive != nullptr && archive->contains(group)) in_archive = group;
  }
  return in_archive.empty() ? first : in_archive;
}

std::string Plan::recorded(const std::string& group, const std::string& key) const {
  if (archive == nullptr) return {};
  const auto known = archive->group(group);
  if (!known) return {};
  const auto found = known->values.find(key);
  return found == known->values.end() ? std::string() : h5::to_text(found->second);
}

void Plan::refuse_recorded(const std::string& group, const std::string& key,
                           const deck::BadValue& bad) const {
  throw_agreed(ErrorKind::archive, "the attribute " + key + " " + bad.what + "; allowed: " + bad.allowed,
               archive->path() + ": " + group);
}

std::optional<ModelDeck> Plan::model_of(const Stage& stage, const std::string& name) const {
  if (find(stage.group()) == &stage) {
    const auto found = models.find(name);
    return found == models.end() ? std::nullopt : std::optional(found->second);
  }
  const std::string lattice = recorded(stage.group(), "model.lattice");
  const std::string field = recorded(stage.group(), "model.field");
  if (lattice.empty()) return std::nullopt;
  deck::Problems problems;
  deck::Section section{"model", name, {archive->path(), 0}, {}};
  section.entries.push_back({"lattice", lattice, section.place});
  section.entries.push_back({"field", field, section.place});
  const ModelDeck model = model_schema().read(section, problems).deck;
  if (!problems.empty())
    refuse_recorded(stage.group(), "model." + problems.all().front().key,
                    {problems.all().front().what, problems.all().front().allowed});
  return model;
}

std::string allowed_temperatures(const deck::Temperatures& temperatures) {
  const auto& all = temperatures.values;
  if (std::none_of(all.begin(), all.end(), [](double t) { return std::isnan(t); }))
    return deck::Codec<deck::Temperatures>::text(temperatures);
  return format_number(all.front()) + " or " + format_number(all.back()) +
         "; those between are known once the sample has run";
}

} // namespace blockspin::campaign
