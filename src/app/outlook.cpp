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

/// The stages of one section: "computed", or "3 computed; 2 extended".
std::string text_of(const std::vector<campaign::Decision>& decisions, const std::vector<bool>& unfinished,
                    std::size_t first, std::size_t last) {
  std::map<std::pair<campaign::Action, bool>, std::size_t> counts;
  for (std::size_t i = first; i < last; ++i) ++counts[{decisions[i].action, unfinished[i]}];
  std::vector<std::string> parts;
  for (const auto& [what, n] : counts)
    parts.push_back((counts.size() > 1 ? std::to_string(n) + " " : "") +
                    (what.second ? "continued from a checkpoint" : text_of(what.first)));
  return joined(parts, "; ");
}

} // namespace

std::string outlook(const mpi::Communicator& comm, const campaign::Plan& plan,
                    const archive::Archive* archive) {
  std::vector<campaign::Decision> decisions(plan.stages.size());
  std::vector<bool> unfinished(plan.stages.size(), false);
  try {
    if (archive != nullptr && archive->identity().seed != plan.campaign.seed)
      throw Error(ErrorKind::archive,
                  fmt::format("campaign.seed: {} in the deck, {} in the archive", plan.campaign.seed,
                              archive->identity().seed),
                  archive->path());
    if (archive != nullptr) decisions = decide(plan, *archive);
    for (std::size_t i = 0; i < plan.stages.size(); ++i)
      unfinished[i] = decisions[i].action == campaign::Action::compute &&
                      unfinished_work(comm, plan, archive, *plan.stages[i]) == campaign::Unfinished::yes;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::archive) throw;
    std::string text = "# `run --resume` would refuse this deck:\n";
    for (const std::string& line : split(error.what(), '\n')) text += "#   " + line + "\n";
    return text + "\n";
  }
  if (archive == nullptr && std::ranges::none_of(unfinished, [](bool is) { return is; })) return {};
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

Needs needs_of(const campaign::Plan& plan, std::span<const campaign::Decision> decisions, int n_ranks) {
  Needs needs;
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    if (decisions[i].action == campaign::Action::skip) continue;
    const auto estimate = plan.stages[i]->estimate(plan, n_ranks);
    needs.memory_per_rank = std::max(needs.memory_per_rank, estimate.memory_per_rank);
    needs.archive_bytes += estimate.archive_bytes;
  }
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
  const double room = needs.archive_bytes * (plan.campaign.storage == archive::Storage::single ? 2 : 1);
  std::error_code none;
  const auto folder = std::filesystem::absolute(archive_path, none).parent_path();
  const auto space = std::filesystem::space(folder, none);
  if (!none && room > static_cast<double>(space.available))
    lines.push_back(fmt::format("the archive and its copy need {}, and {} has {}", format_bytes(room),
                                folder.string(), format_bytes(static_cast<double>(space.available))));
  return joined(lines, "\n");
}

} // namespace blockspin::app
