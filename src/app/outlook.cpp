#include "outlook.hpp"

#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <unistd.h>

#include "blockspin/base/text.hpp"
#include "blockspin/campaign/runner.hpp"

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

/// The stages of one section: "computed", or "3 computed, 2 extended".
std::string text_of(const std::vector<campaign::Action>& actions, std::size_t first, std::size_t last) {
  std::map<campaign::Action, std::size_t> counts;
  for (std::size_t i = first; i < last; ++i) ++counts[actions[i]];
  if (counts.size() == 1) return text_of(counts.begin()->first);
  std::vector<std::string> parts;
  for (const auto& [action, n] : counts) parts.push_back(fmt::format("{} {}", n, text_of(action)));
  return joined(parts, "; ");
}

} // namespace

std::string outlook(const campaign::Plan& plan, const archive::Archive& archive) {
  std::vector<campaign::Action> actions;
  try {
    actions = decide(plan, archive);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::archive) throw;
    std::string text = "# `run --resume` would refuse this deck:\n";
    for (const std::string& line : split(error.what(), '\n')) text += "#   " + line + "\n";
    return text + "\n";
  }
  std::string text = "# What `run --resume` would do\n";
  for (std::size_t first = 0; first < plan.stages.size();) {
    const std::size_t n = plan.n_instances(*plan.stages[first]);
    const std::string more = n > 1 ? fmt::format(" and {} more", n - 1) : "";
    text +=
        fmt::format("# {:<28} {}\n", plan.stages[first]->label() + more, text_of(actions, first, first + n));
    first += n;
  }
  return text + "\n";
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
