// What becomes of each stage of a deck, given an archive.

#include <algorithm>
#include <set>

#include "blockspin/archive/ancestry.hpp"
#include "blockspin/archive/standing_checkpoints.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/runner.hpp"

namespace blockspin::campaign {

namespace {

/// One stage of the deck beside its group in the archive.
struct Comparison {
  std::vector<std::string> differing; ///< "rbm.main.hidden: 100 in the deck, 64 in the archive"
  /// Of the future of what is complete.
  struct Change {
    std::string line;
    std::string left_out; ///< by a longer run
  };
  std::vector<Change> without_effect;
  bool grown = false;
};

std::vector<std::string> lines_of(const Comparison& comparison, Action action) {
  std::vector<std::string> lines;
  if (action != Action::skip && action != Action::extend) return lines;
  for (const auto& [line, left_out] : comparison.without_effect)
    lines.push_back(line + (action == Action::skip || left_out.empty()
                                ? "; what is complete stays as it is"
                                : "; the longer run leaves out " + left_out));
  return lines;
}

/// Whether both are whole numbers and the second is larger.
bool has_grown(const std::string& stored, const std::string& wanted) {
  try {
    return deck::Codec<std::uint64_t>::parse(wanted) > deck::Codec<std::uint64_t>::parse(stored);
  } catch (const deck::BadValue&) {
    return false;
  }
}

std::string growth_note(const Stage& stage, const deck::ResolvedValue& value) {
  if (!value.may_grow) return {};
  const std::string refusal = stage.growth_refusal(value.key);
  return refusal.empty() ? "; it may grow, not shrink" : "; " + refusal;
}

/// "layer_2.l1" is "l1" where nothing is said of the layer.
std::string plain_key(const std::string& key) { return deck::split_layer(key).second; }

/// The archive's text of a key; of a layer's key that is not there, what held for all layers; of a key that
/// the program of that time did not have, the default.
std::string stored_text(const Kind& kind, const archive::Group& group, const std::string& key) {
  auto found = group.values.find(key);
  if (found == group.values.end()) found = group.values.find(plain_key(key));
  if (found != group.values.end()) return h5::to_text(found->second);
  for (const deck::KeyInfo& info : kind.schema->keys())
    if (info.name == plain_key(key) && !info.required) return info.default_value;
  return "nothing";
}

/// The deck's values, and for layers' keys that only the archive has, what the deck says of all layers.
deck::ResolvedValues wanted_values(const Plan& plan, const Stage& stage, const archive::Group& group) {
  auto wanted = recorded_values(plan, stage);
  const auto in_deck = wanted;
  for (const auto& [key, stored] : group.values) {
    const auto is = [&](const std::string& name) {
      return [&name](const deck::ResolvedValue& value) { return value.key == name; };
    };
    const std::string plain = plain_key(key);
    if (plain == key || std::any_of(in_deck.begin(), in_deck.end(), is(key))) continue;
    const auto all_layers = std::find_if(in_deck.begin(), in_deck.end(), is(plain));
    if (all_layers != in_deck.end()) wanted.push_back({key, all_layers->text, all_layers->may_grow});
  }
  return wanted;
}

/// Whether a value is that of a key, and not of something else that results rest on, such as a file's hash.
bool in_deck(const Plan& plan, const Stage& stage, const std::string& key) {
  if (key.starts_with("model.")) return true;
  const auto keys = find_kind(plan.kinds, stage.kind())->schema->keys();
  return std::ranges::any_of(keys, [&](const deck::KeyInfo& info) { return info.name == plain_key(key); });
}

Comparison compare(const Plan& plan, const Stage& stage, const archive::Group& group) {
  Comparison result;
  for (const auto& value : wanted_values(plan, stage, group)) {
    const std::string stored = stored_text(*find_kind(plan.kinds, stage.kind()), group, value.key);
    if (stored == as_recorded(group, value) || same_numbers(stored, value.text)) continue;
    const std::string line = stage.label() + "." + value.key + ": '" + value.text +
                             (in_deck(plan, stage, value.key) ? "' in the deck, '" : "' now, '") + stored +
                             "' in the archive";
    if (value.may_grow && stage.growth_refusal(value.key).empty() && has_grown(stored, value.text)) {
      result.grown = true;
      continue;
    }
    const Stage* const before = plan.stored_stage(stage.group());
    if (before != nullptr && stage.concerns_the_future(value.key, *before))
      result.without_effect.push_back({line, stage.left_out(value.key, *before)});
    else
      result.differing.push_back(line + growth_note(stage, value));
  }
  return result;
}

/// What the archive's group was made from, where the deck's stage would be made from something else.
std::vector<std::string> other_parents(const Plan& plan, const Stage& stage, const archive::Group& group) {
  const std::vector<std::string> wanted = parent_groups(plan, stage);
  std::vector<std::string> made_from;
  for (const archive::Parent& parent : group.parents) made_from.push_back(parent.path);
  std::ranges::sort(made_from);
  if (made_from == wanted) return {};
  return {stage.label() + ": made from " + (made_from.empty() ? "nothing" : joined(made_from, ", ")) +
          " in the archive, and the deck would make it from " +
          (wanted.empty() ? "nothing" : joined(wanted, ", "))};
}

/// The groups this run will make anew, by path.
using Changing = std::set<std::string>;

/// What a stage would build on that is not in the deck and no longer what it was made from.
std::vector<std::string> stale_parents(const Plan& plan, const Stage& stage, const archive::Archive& archive,
                                       const Changing& changing) {
  std::vector<std::string> lines;
  for (const std::string& parent : parent_groups(plan, stage)) {
    const auto group = archive.group(parent);
    if (plan.find(parent) != nullptr || !group) continue;
    const std::string ancestor = archive::stale_ancestor(archive, *group, changing);
    if (!ancestor.empty())
      lines.push_back(stage.label() + ": would build on " + parent + ", which is stale: " + ancestor +
                      " has changed since; put its stage into the deck, so that it is made again");
  }
  return lines;
}

/// One line a refusal.
[[noreturn]] void refuse(const archive::Archive& archive, const std::vector<std::string>& refusals) {
  std::string lines;
  for (const std::string& refusal : refusals) lines += archive.path() + ": " + refusal + "\n";
  lines += archive.path() +
           ": what stands in an archive is not changed; undo the change, give the stage another name, or "
           "start over with --overwrite";
  Error error(ErrorKind::archive, lines);
  error.set_agreed();
  throw error;
}

void append(std::vector<std::string>& all, const std::vector<std::string>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

} // namespace

std::vector<Decision> decide(const Plan& plan, const archive::Archive& archive) {
  std::vector<Decision> decisions;
  std::vector<std::string> refusals;
  Changing changing;
  for (const auto& stage : plan.stages) {
    Decision decision;
    Action& action = decision.action;
    if (const auto group = archive.group(stage->group()); group && group->status == "complete") {
      const auto comparison = compare(plan, *stage, *group);
      append(refusals, comparison.differing);
      append(refusals, other_parents(plan, *stage, *group));
      action = comparison.grown ? Action::extend : Action::skip;
      if (!archive::stale_ancestor(archive, *group, changing).empty()) action = Action::redo;
      decision.without_effect = lines_of(comparison, action);
    }
    decision.input_changes = std::ranges::any_of(
        parent_groups(plan, *stage), [&](const std::string& parent) { return changing.contains(parent); });
    if (action != Action::skip) {
      append(refusals, stale_parents(plan, *stage, archive, changing));
      changing.insert(stage->group());
    }
    decisions.push_back(std::move(decision));
  }
  if (!refusals.empty()) refuse(archive, refusals);
  return decisions;
}

Unfinished unfinished_work(const mpi::Communicator& comm, const Plan& plan, const archive::Archive* archive,
                           const Stage& stage, const Decision& decision) {
  const std::string path = archive != nullptr ? archive->path() : plan.archive_path();
  archive::CheckpointStore store(comm, path);
  if (decision.action == Action::skip || !store.has_any(stage.group())) return Unfinished::no;
  bool loaded = false;
  const auto parts = stage.parts();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto check = [&](StateSource& source, const std::vector<std::string>& changed) {
      if (!decision.input_changes) stage.check_state(i, source, changed);
    };
    loaded = store.load(checkpoint_key(plan, archive, stage, parts[i].name), check) || loaded;
  }
  if (!archive::has_whole_checkpoint(comm, path, stage.group())) return Unfinished::damaged;
  const bool goes_on = loaded || store.has_of_any_part(checkpoint_key(plan, archive, stage, {}));
  return goes_on && !decision.input_changes ? Unfinished::yes : Unfinished::no;
}

} // namespace blockspin::campaign
