#include "blockspin/stages/runner.hpp"

#include <algorithm>
#include <set>

#include "blockspin/base/log.hpp"
#include "blockspin/base/text.hpp"

namespace blockspin::stages {

namespace {

std::string running;

/// One stage of the deck beside its group in the archive.
struct Comparison {
  std::vector<std::string> differing; ///< "rbm.main.hidden: 100 in the deck, 64 in the archive"
  bool grown = false;
};

bool has_grown(const std::string& stored, const std::string& wanted) {
  return deck::Codec<std::uint64_t>::parse(wanted) > deck::Codec<std::uint64_t>::parse(stored);
}

std::string growth_note(const Stage& stage, const deck::ResolvedValue& value) {
  if (!value.may_grow) return {};
  return stage.growth_refusal().empty() ? "; it may grow, not shrink" : "; " + stage.growth_refusal();
}

Comparison compare(const Plan& plan, const Stage& stage, const archive::Group& group) {
  Comparison result;
  for (const auto& value : recorded_values(plan, stage)) {
    const auto found = group.values.find(value.key);
    const std::string stored = found == group.values.end() ? "nothing" : h5::to_text(found->second);
    if (stored == value.text) continue;
    if (value.may_grow && found != group.values.end() && stage.growth_refusal().empty() &&
        has_grown(stored, value.text))
      result.grown = true;
    else
      result.differing.push_back(stage.label() + "." + value.key + ": '" + value.text + "' in the deck, '" +
                                 stored + "' in the archive" + growth_note(stage, value));
  }
  return result;
}

/// Whether a group's parents are still what it was made from.
bool is_fresh(const archive::Archive& archive, const archive::Group& group) {
  return std::all_of(group.parents.begin(), group.parents.end(), [&](const archive::Parent& parent) {
    const auto now = archive.group(parent.path);
    return now && now->content_hash == parent.content_hash;
  });
}

void announce(const Stage& stage, Action action) {
  switch (action) {
  case Action::compute: return log::info(stage.label() + ": starts");
  case Action::skip: return log::info(stage.label() + ": complete, skipped");
  case Action::extend: return log::info(stage.label() + ": complete, extended");
  case Action::redo: return log::info(stage.label() + ": its input has changed since, computed again");
  }
}

/// One line a key that differs.
[[noreturn]] void refuse(const archive::Archive& archive, const std::vector<std::string>& differing) {
  std::string lines;
  for (const std::string& difference : differing) lines += archive.path() + ": " + difference + "\n";
  Error error(ErrorKind::archive,
              lines + archive.path() +
                  ": a finished stage is not changed; undo these changes, give the stage another "
                  "name, or start over with --overwrite");
  error.set_agreed();
  throw error;
}

} // namespace

std::vector<Action> decide(const Plan& plan, const archive::Archive& archive) {
  std::vector<Action> actions;
  std::vector<std::string> differing;
  std::set<std::string> will_change;
  for (const auto& stage : plan.stages) {
    Action action = Action::compute;
    if (const auto group = archive.group(stage->group()); group && group->status == "complete") {
      const auto comparison = compare(plan, *stage, *group);
      differing.insert(differing.end(), comparison.differing.begin(), comparison.differing.end());
      const auto parents = parent_groups(plan, *stage);
      const bool input_changes = std::any_of(parents.begin(), parents.end(), [&](const std::string& parent) {
        return will_change.contains(parent);
      });
      if (input_changes || !is_fresh(archive, *group))
        action = Action::redo;
      else
        action = comparison.grown ? Action::extend : Action::skip;
    }
    if (action != Action::skip) will_change.insert(stage->group());
    actions.push_back(action);
  }
  if (!differing.empty()) refuse(archive, differing);
  return actions;
}

const std::string& running_stage() { return running; }

void run(const mpi::Communicator& comm, Plan& plan, archive::Archive& archive, mpi::StopFlag& stop,
         archive::RunRecord record, bool resume) {
  archive::CheckpointStore checkpoints(comm, archive.path());
  const auto actions = decide(plan, archive);
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    Stage& stage = *plan.stages[i];
    announce(stage, actions[i]);
    if (actions[i] == Action::skip) continue;
    if (stop.stop_now()) throw_stopped(stop, stage.label());
    running = stage.label();
    Context context({comm, plan, archive, checkpoints, stop, record, resume}, stage);
    stage.run(context);
    running.clear();
    const auto& values = stage.values();
    const bool may_grow =
        std::any_of(values.begin(), values.end(), [](const auto& value) { return value.may_grow; });
    if (!may_grow) checkpoints.remove(stage.group());
  }
}

} // namespace blockspin::stages
