// blockspin status: how far each point of a sweep is, a line each.

#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "blockspin/app/command.hpp"
#include "blockspin/archive/lock.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/read_plan.hpp"
#include "blockspin/campaign/runner.hpp"
#include "blockspin/mpi/agree.hpp"
#include "load_deck.hpp"

namespace blockspin::app {

namespace {

/// Names of the points, from the table of the sweep. Collective; agreed errors.
std::vector<std::string> points_of(const mpi::Communicator& comm, const std::filesystem::path& folder) {
  const std::string path = (folder / "points.csv").string();
  std::string text;
  mpi::agreed(
      comm, [&] { text = deck::read_text(path); }, true);
  const std::vector<std::string> lines = split(comm.broadcast(text), '\n');
  if (lines.empty() || !lines.front().starts_with("point,deck,archive,seed"))
    throw_agreed(ErrorKind::archive, "is no table of a sweep", path);
  std::vector<std::string> names;
  for (std::size_t i = 1; i < lines.size(); ++i)
    if (!lines[i].empty()) names.push_back(lines[i].substr(0, lines[i].find(',')));
  return names;
}

struct State {
  std::string word; ///< done, running, stopped, partial, stale, not begun
  std::string more;
};

/// By what stands in the archive and beside it.
State state_of(const mpi::Communicator& comm, const campaign::Plan& plan, const archive::Archive* archive) {
  std::vector<campaign::Action> actions(plan.stages.size(), campaign::Action::compute);
  bool unfinished = false;
  try {
    if (archive != nullptr) actions = decide(plan, *archive);
    for (std::size_t i = 0; i < actions.size(); ++i)
      if (actions[i] == campaign::Action::compute)
        unfinished |= is_unfinished(comm, plan, archive, *plan.stages[i]);
  } catch (const Error& error) {
    if (!error.agreed() || error.kind() != ErrorKind::archive) throw;
    return {"stale", "the deck has changed: " + split(error.what(), '\n').front()};
  }
  const auto n_done = std::ranges::count(actions, campaign::Action::skip);
  const std::string share = fmt::format("{} of {} stages", n_done, actions.size());
  if (static_cast<std::size_t>(n_done) == actions.size()) return {"done", ""};
  if (unfinished) return {"stopped", share + ", with a checkpoint"};
  return n_done > 0 ? State{"partial", share} : State{"not begun", ""};
}

State state_of_point(const Invocation& invocation, const mpi::Communicator& comm,
                     const std::string& deck_path) {
  deck::Problems problems;
  const deck::Document document = load_deck(comm, deck_path, {}, problems);
  campaign::Plan plan = campaign::read_plan(document, invocation.kinds, comm.size(), problems);
  if (!problems.empty()) return {"stale", problems.all().front().text()};
  const std::string path = plan.archive_path();
  std::string owner;
  if (comm.is_root()) owner = archive::holder_of(path).value_or("");
  owner = comm.broadcast(owner);
  std::error_code none;
  std::optional<archive::Archive> archive;
  try {
    if (comm.max(comm.is_root() && std::filesystem::exists(path, none) ? 1 : 0) == 1)
      archive.emplace(archive::Archive::open(comm, path));
  } catch (const Error& error) {
    if (!error.agreed() || error.kind() != ErrorKind::archive) throw;
    return {"damaged", split(error.what(), '\n').front()};
  }
  if (archive) plan.archive = &*archive;
  const State state = state_of(comm, plan, archive ? &*archive : nullptr);
  if (archive) archive->close();
  return owner.empty() ? state : State{"running", owner + (state.more.empty() ? "" : ", " + state.more)};
}

} // namespace

int status_command(const Invocation& invocation, const mpi::Communicator& comm) {
  const std::filesystem::path folder = invocation.arguments.front();
  const std::vector<std::string> points = points_of(comm, folder);
  std::map<std::string, int> counts;
  for (const std::string& point : points) {
    const State state = state_of_point(invocation, comm, (folder / (point + ".ini")).string());
    ++counts[state.word];
    if (comm.is_root()) fmt::print("{:<40} {:<10} {}\n", point, state.word, state.more);
  }
  std::vector<std::string> parts;
  for (const auto& [word, n] : counts) parts.push_back(std::to_string(n) + " " + word);
  if (comm.is_root()) fmt::print("{}: {}\n", counted(points.size(), "point"), joined(parts, ", "));
  return 0;
}

} // namespace blockspin::app
