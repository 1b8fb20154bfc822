#include "point_state.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include "blockspin/archive/lock.hpp"
#include "blockspin/archive/standing_checkpoints.hpp"
#include "blockspin/archive/summary.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/campaign/read_plan.hpp"
#include "blockspin/campaign/results.hpp"
#include "blockspin/campaign/runner.hpp"
#include "load_deck.hpp"

namespace blockspin::app {

namespace {

using campaign::Action;

std::string first_line(const std::string& text) { return split(text, '\n').front(); }

/// Whether the root finds such a file.
bool exists(const mpi::Communicator& comm, const std::string& path) {
  std::error_code none;
  return comm.max(comm.is_root() && std::filesystem::exists(path, none) ? 1 : 0) == 1;
}

/// What `look` finds; or, where it throws an agreed error of `kind`, that word and the error's first line.
PointState or_word(ErrorKind kind, const std::string& word, const std::function<PointState()>& look) {
  try {
    return look();
  } catch (const Error& error) {
    if (!error.agreed() || error.kind() != kind) throw;
    return {word, first_line(error.what())};
  }
}

/// What a training that diverged left of this very stage, in one line; empty where there is no such thing.
std::string failure_of(const campaign::Plan& plan, const archive::Archive& archive,
                       const campaign::Stage& stage) {
  const auto group = archive.group(stage.group());
  if (!group || group->status != "partial") return {};
  for (const auto& value : recorded_values(plan, stage)) {
    const auto stored = group->values.find(value.key);
    if (stored == group->values.end() || h5::to_text(stored->second) != campaign::as_recorded(*group, value))
      return {};
  }
  const std::string line = result_line(archive, plan.kinds, stage.group());
  return line.empty() ? stage.label() + ": failed" : line;
}

/// "2 of 5 stages, 1 to extend".
std::string share(const std::vector<Action>& actions) {
  const auto n_of = [&](Action action) { return std::ranges::count(actions, action); };
  std::string text = fmt::format("{} of {} stages", n_of(Action::skip), actions.size());
  if (n_of(Action::extend) > 0) text += fmt::format(", {} to extend", n_of(Action::extend));
  if (n_of(Action::redo) > 0) text += fmt::format(", {} to make again", n_of(Action::redo));
  return text;
}

/// Of stages none of which is under way.
PointState state_by(const std::vector<Action>& actions) {
  const auto has = [&](Action action) { return std::ranges::find(actions, action) != actions.end(); };
  if (has(Action::compute)) {
    const bool begun = std::ranges::any_of(actions, [](Action action) { return action != Action::compute; });
    return begun ? PointState{"partial", share(actions)} : PointState{"not begun", ""};
  }
  if (has(Action::extend)) return {"grows", share(actions)};
  return has(Action::redo) ? PointState{"to redo", share(actions)} : PointState{"done", ""};
}

/// Whether the root finds checkpoints of a stage. A look at the folder for each stage would take the square of the points.
bool has_been_begun(const mpi::Communicator& comm, const campaign::Plan& plan, const campaign::Stage& stage,
                    const archive::Listing& listing) {
  const bool here = comm.is_root() && has_checkpoints(listing, plan.archive_path(), stage.group());
  return comm.max(here ? 1 : 0) == 1;
}

/// Throws an agreed ErrorKind::archive where what is there does not fit the deck.
PointState state_by_archive(const mpi::Communicator& comm, const campaign::Plan& plan,
                            const archive::Archive* archive, const archive::Listing& listing) {
  std::vector<campaign::Decision> decisions(plan.stages.size());
  if (archive != nullptr && archive->identity().seed != plan.campaign.seed)
    throw_agreed(ErrorKind::archive,
                 fmt::format("campaign.seed: {} in the deck, {} in the archive", plan.campaign.seed,
                             archive->identity().seed),
                 archive->path());
  if (archive != nullptr) decisions = decide(plan, *archive);
  std::vector<Action> actions(decisions.size());
  std::ranges::transform(decisions, actions.begin(), &campaign::Decision::action);
  bool unfinished = false;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const campaign::Stage& stage = *plan.stages[i];
    const bool is_new = actions[i] == Action::compute;
    if (const std::string failure = archive != nullptr && is_new ? failure_of(plan, *archive, stage) : "";
        !failure.empty())
      return {"failed", failure};
    if (actions[i] == Action::skip || !has_been_begun(comm, plan, stage, listing)) continue;
    const auto work = unfinished_work(comm, plan, archive, stage, decisions[i]);
    if (work == campaign::Unfinished::damaged && is_new)
      return {"damaged", stage.label() + ": none of its checkpoints is whole; `run --resume` begins it anew"};
    unfinished |= work == campaign::Unfinished::yes && actions[i] != Action::extend;
  }
  return unfinished ? PointState{"stopped", share(actions) + ", with a checkpoint"} : state_by(actions);
}

/// With the archive, where there is one that counts: while an overwrite is under way, the old one does not.
PointState state_of_plan(const mpi::Communicator& comm, campaign::Plan& plan, deck::Problems& problems,
                         const archive::Listing& listing) {
  std::optional<archive::Archive> archive;
  const PointState opened = or_word(ErrorKind::archive, "damaged", [&]() -> PointState {
    if (exists(comm, plan.archive_path())) archive.emplace(archive::Archive::open(comm, plan.archive_path()));
    return {};
  });
  if (!opened.word.empty()) return opened;
  if (archive && summarize_file(*archive).overwritten) {
    archive->close();
    archive.reset();
  }
  plan.archive = archive ? &*archive : nullptr;
  campaign::check_references(plan, problems);
  const PointState state = !problems.empty() ? PointState{"deck error", problems.all().front().text()}
                                             : or_word(ErrorKind::archive, "stale", [&] {
                                                 return state_by_archive(comm, plan, plan.archive, listing);
                                               });
  if (archive) archive->close();
  return state;
}

} // namespace

PointState state_of_point(const Invocation& invocation, const mpi::Communicator& comm,
                          const std::string& deck_path, const archive::Listing& listing) {
  if (!exists(comm, deck_path)) return {"no deck", deck_path + " is gone"};
  return or_word(ErrorKind::deck, "deck error", [&]() -> PointState {
    deck::Problems problems;
    const deck::Document document = load_deck(comm, deck_path, {}, problems);
    campaign::Plan plan =
        campaign::read_plan(document, invocation.kinds, campaign::least_ranks(document), problems);
    if (problems.empty()) campaign::look_at_files(plan, comm, problems);
    if (!problems.empty()) return {"deck error", problems.all().front().text()};
    std::string owner;
    if (comm.is_root()) owner = archive::holder_of(plan.archive_path()).value_or("");
    owner = comm.broadcast(owner);
    const PointState state = state_of_plan(comm, plan, problems, listing);
    return owner.empty() ? state
                         : PointState{"running", owner + (state.more.empty() ? "" : ", " + state.more)};
  });
}

} // namespace blockspin::app
