#include "recorded.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/base/text.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/campaign/runner.hpp"

namespace blockspin::campaign {

std::vector<std::string> parent_groups(const Plan& plan, const Stage& stage) {
  std::vector<std::string> groups;
  for (const Reference& reference : stage.references(plan)) groups.push_back(reference.group);
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  return groups;
}

deck::ResolvedValues setting_values(const Plan& plan) {
  auto values = parallel_schema().values({plan.parallel, {}});
  for (auto& value : values) value.key = "parallel." + value.key;
  return values;
}

deck::ResolvedValues recorded_values(const Plan& plan, const Stage& stage) {
  auto values = stage.values();
  if (const auto model = stage.model(plan))
    for (const auto& value : model_schema().values({*model, {}}))
      values.push_back({"model." + value.key, value.text});
  return values;
}

bool same_numbers(const std::string& one, const std::string& other) {
  const auto a = split(one, ','), b = split(other, ',');
  try {
    return !a.empty() && std::ranges::equal(a, b, [](const std::string& x, const std::string& y) {
      const double p = deck::parse_number(x, true), q = deck::parse_number(y, true);
      return p == q || std::abs(p - q) <= 1e-14 * std::abs(p);
    });
  } catch (const deck::BadValue&) {
    return false;
  }
}

namespace {

constexpr std::string_view auto_prefix = "auto."; // of what Context::resolve records

/// Whether an attribute of a group says what a key, or a layer's key of that name, became.
bool is_became(const std::string& attribute, const std::string& key) {
  if (!attribute.starts_with(auto_prefix)) return false;
  const std::string name = attribute.substr(auto_prefix.size());
  return name == key || deck::split_layer(name).second == key;
}

/// The text of a key in a group's record, of a layer's own key without a text that of all layers; else null.
const h5::Value* recorded_text(const archive::Group& group, const std::string& key) {
  auto found = group.values.find(key);
  if (found == group.values.end()) found = group.values.find(deck::split_layer(key).second);
  return found == group.values.end() ? nullptr : &found->second;
}

/// Whether a layer's own key says no more than the record: what the `auto` of all layers became there.
bool says_nothing_new(const archive::Group& group, const deck::ResolvedValue& value) {
  return !group.values.contains(value.key) && as_recorded(group, value) != value.text;
}

} // namespace

std::string as_recorded(const archive::Group& group, const deck::ResolvedValue& value) {
  const h5::Value* const stored = recorded_text(group, value.key);
  std::size_t n_became = 0, n_same = 0; // of all layers
  for (const auto& [name, text] : group.values)
    if (is_became(name, value.key)) {
      ++n_became;
      n_same += h5::to_text(text) == value.text || same_numbers(h5::to_text(text), value.text) ? 1 : 0;
    }
  return stored != nullptr && n_became > 0 && n_same == n_became ? h5::to_text(*stored) : value.text;
}

namespace {

/// The group of a stage as an earlier run completed it.
std::optional<archive::Group> complete_group(const archive::Archive& archive, const Stage& stage) {
  auto group = archive.group(stage.group());
  return group && group->status == "complete" ? group : std::nullopt;
}

} // namespace

std::map<std::string, h5::Value> values_to_record(const Plan& plan, const archive::Archive& archive,
                                                  const Stage& stage) {
  const auto before = complete_group(archive, stage);
  std::map<std::string, h5::Value> values;
  for (const auto& value : recorded_values(plan, stage)) {
    if (before && says_nothing_new(*before, value)) continue;
    const std::string text = before ? as_recorded(*before, value) : value.text;
    values[value.key] = text;
    if (text == value.text) continue;
    for (const auto& [name, became] : before->values)
      if (is_became(name, value.key)) values[name] = became;
  }
  return values;
}

std::optional<std::size_t> part_number(const Stage& stage, const std::string& part) {
  const auto parts = stage.parts();
  const auto found = std::ranges::find(parts, part, &Part::name);
  if (found == parts.end()) return std::nullopt;
  return static_cast<std::size_t>(found - parts.begin());
}

archive::CheckpointKey checkpoint_key(const Plan& plan, const archive::Archive* archive, const Stage& stage,
                                      const std::string& part) {
  archive::CheckpointKey key{stage.group(), part, plan.campaign.seed, {}};
  const auto before = archive == nullptr ? std::nullopt : complete_group(*archive, stage);
  for (const auto& value : recorded_values(plan, stage))
    if (!value.may_grow && !(before && says_nothing_new(*before, value)))
      key.values[value.key] = before ? as_recorded(*before, value) : value.text;
  key.is_of_the_future = [names = stage.keys_of_the_future()](const std::string& name) {
    return std::ranges::find(names, deck::split_layer(name).second) != names.end();
  };
  if (stage.state_version() > 1) key.origins["state_version"] = std::to_string(stage.state_version());
  const auto parts = stage.parts();
  if (const auto number = part_number(stage, part))
    for (const auto& [name, text] : parts[*number].rests_on) key.origins["below." + name] = text;
  if (archive == nullptr) return key;
  // A state made from another sample is of no use: the parents' content belongs to the key.
  for (const std::string& parent : parent_groups(plan, stage))
    if (const auto group = archive->group(parent)) key.origins["parent." + parent] = group->content_hash;
  return key;
}

} // namespace blockspin::campaign
