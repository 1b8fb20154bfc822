#include "outlook.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <unistd.h>

#include "blockspin/base/text.hpp"
#include "blockspin/campaign/runner.hpp"
#include "blockspin/mpi/agree.hpp"
#include "blockspin/mpi/node.hpp"

namespace blockspin::app {

namespace {

const char* text_of(campaign::Action action) {
  switch (action) {
  case campaign::Action::compute: return "computed";
  case campaign::Action::skip: return "skipped, since it is complete";
  case campaign::Action::extend: return "extended";
  case campaign::Action::redo: return "computed again, since what it is made from has changed or will change";
  }
  return "";
}

std::string text_of(campaign::Action action, campaign::Unfinished unfinished) {
  const bool is_there = unfinished == campaign::Unfinished::yes;
  if (action == campaign::Action::extend)
    return is_there ? "extended" : "extended, from its beginning: there is no checkpoint of its end";
  return is_there && action != campaign::Action::skip ? "continued from a checkpoint" : text_of(action);
}

/// The stages of one section: "computed", or "3 computed; 2 extended".
std::string text_of(const std::vector<campaign::Decision>& decisions,
                    const std::vector<campaign::Unfinished>& unfinished, std::size_t first,
                    std::size_t last) {
  std::map<std::string, std::size_t> counts;
  for (std::size_t i = first; i < last; ++i) ++counts[text_of(decisions[i].action, unfinished[i])];
  std::vector<std::string> parts;
  for (const auto& [what, n] : counts)
    parts.push_back((counts.size() > 1 ? std::to_string(n) + " " : "") + what);
  return joined(parts, "; ");
}

std::string table_of(const campaign::Plan& plan, const std::vector<campaign::Decision>& decisions,
                     const std::vector<campaign::Unfinished>& unfinished) {
  std::string text = "# What `run --resume` would do\n";
  for (std::size_t first = 0; first < plan.stages.size();) {
    const std::size_t n = plan.n_instances(*plan.stages[first]);
    const std::string more = n > 1 ? fmt::format(" and {} more", n - 1) : "";
    text += fmt::format("# {:<28} {}\n", plan.stages[first]->label() + more,
                        text_of(decisions, unfinished, first, first + n));
    for (const std::string& line : decisions[first].without_effect) text += "#   " + line + "\n";
    first += n;
  }
  return text + "\n";
}

std::string refusal_text(const Error& error) {
  std::string text = "# `run --resume` would refuse this deck:\n";
  for (const std::string& line : split(error.what(), '\n')) text += "#   " + line + "\n";
  return text + "\n";
}

/// Of the archive's own file, where a run goes on with what it holds.
double standing_bytes(const archive::Archive& archive) {
  std::error_code none;
  const auto n = archive.groups().empty() ? 0 : std::filesystem::file_size(archive.path(), none);
  return none ? 0.0 : static_cast<double>(n);
}

} // namespace

Outlook outlook(const mpi::Communicator& comm, const campaign::Plan& plan, const archive::Archive* archive) {
  std::vector<campaign::Decision> decisions(plan.stages.size());
  std::vector<campaign::Unfinished> unfinished;
  try {
    if (archive != nullptr && archive->identity().seed != plan.campaign.seed)
      throw Error(ErrorKind::archive,
                  fmt::format("campaign.seed: {} in the deck, {} in the archive", plan.campaign.seed,
                              archive->identity().seed),
                  archive->path());
    if (archive != nullptr) decisions = decide(plan, *archive);
    for (std::size_t i = 0; i < plan.stages.size(); ++i)
      unfinished.push_back(unfinished_work(comm, plan, archive, *plan.stages[i], decisions[i]));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::archive) throw;
    return {refusal_text(error), {}};
  }
  const bool any = std::ranges::any_of(unfinished, [](auto one) { return one == campaign::Unfinished::yes; });
  return {archive != nullptr || any ? table_of(plan, decisions, unfinished) : std::string(), decisions};
}

Needs needs_of(const campaign::Plan& plan, std::span<const campaign::Decision> decisions,
               const archive::Archive* archive, int n_ranks) {
  Needs needs;
  bool any = false;
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    if (!decisions.empty() && decisions[i].action == campaign::Action::skip) continue;
    const auto estimate = plan.stages[i]->estimate(plan, n_ranks);
    needs.memory_per_rank = std::max(needs.memory_per_rank, estimate.memory_per_rank);
    needs.archive_bytes += estimate.archive_bytes;
    any = true;
  }
  if (any && !decisions.empty() && archive != nullptr && plan.campaign.storage == archive::Storage::single)
    needs.copied_bytes = standing_bytes(*archive);
  return needs;
}

void require_room(const mpi::Communicator& comm, const campaign::Plan& plan, const Needs& needs) {
  const std::string path = plan.archive_path();
  const std::string lacking = shortage(plan, needs, mpi::n_ranks_on_node(comm), path);
  mpi::agree(comm, lacking.empty(), ErrorKind::archive,
             joined(split(lacking, '\n'), "; ") +
                 "; estimates are good to a factor of two: --force runs all the same",
             path);
}

std::string shortage(const campaign::Plan& plan, const Needs& needs, int n_ranks,
                     const std::string& archive_path) {
  std::vector<std::string> lines;
  const double memory = needs.memory_per_rank * n_ranks;
  const double has =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  if (memory > has)
    lines.push_back(fmt::format("{} {} of memory, and this machine has {}",
                                n_ranks == 1 ? "1 rank needs" : std::to_string(n_ranks) + " ranks need",
                                format_bytes(memory), format_bytes(has)));
  // One file is copied whole at the end of each stage.
  const bool is_copied = plan.campaign.storage == archive::Storage::single;
  const double room = is_copied ? needs.copied_bytes + 2 * needs.archive_bytes : needs.archive_bytes;
  std::error_code none;
  const auto folder = std::filesystem::weakly_canonical(archive_path, none).parent_path();
  const auto space = std::filesystem::space(folder, none);
  if (!none && room > static_cast<double>(space.available))
    lines.push_back(
        fmt::format("{} {}, and {} has {}",
                    is_copied ? "the archive and its copy need" : "new segments of the archive need",
                    format_bytes(room), folder.string(), format_bytes(static_cast<double>(space.available))));
  return joined(lines, "\n");
}

} // namespace blockspin::app
