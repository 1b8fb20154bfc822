// blockspin info: what an archive holds.

#include <optional>

#include <fmt/format.h>

#include "blockspin/app/command.hpp"
#include "blockspin/archive/ancestry.hpp"
#include "blockspin/archive/stored_layout.hpp"
#include "blockspin/archive/summary.hpp"
#include "blockspin/archive/whole.hpp"
#include "blockspin/base/printable.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/results.hpp"
#include "blockspin/mpi/agree.hpp"

namespace blockspin::app {

namespace {

/// Whether an error is of what an archive holds: then the rest of it can still be told.
bool is_of_content(const Error& error) { return error.agreed() && error.kind() == ErrorKind::archive; }

/// "whole", or what is wrong with a group. Collective.
std::string verdict(const archive::Archive& archive, std::span<const campaign::Kind> kinds,
                    const std::string& group) {
  std::string damaged = "DAMAGED";
  try {
    const std::string present = archive::present_hash(archive, group);
    damaged += ", content hash " + present;
    if (archive::stored_hash(archive, group) != present) return damaged;
    const auto* const kind = campaign::find_kind(kinds, split(group.substr(1), '/').front());
    if (kind != nullptr) archive::check_layout(archive, group, kind->rows);
    return "whole, content hash " + present;
  } catch (const Error& error) {
    if (!is_of_content(error)) throw;
    return damaged + ": " + error.message();
  }
}

/// One line a group; throws where one is damaged. Collective.
void check_content(const archive::Archive& archive, std::span<const campaign::Kind> kinds) {
  std::vector<std::string> damaged;
  for (const std::string& group : archive.groups()) {
    const std::string found = verdict(archive, kinds, group);
    if (!found.starts_with("whole")) damaged.push_back(group);
    if (archive.comm().is_root()) fmt::print("{}: {}\n", group, found);
  }
  mpi::agree(archive.comm(), damaged.empty(), ErrorKind::archive,
             joined(damaged, ", ") + ": the content does not match the checksum", archive.path());
}

/// What the groups say of themselves.
struct Stages {
  std::size_t n_complete = 0;
  std::vector<std::string> partial, stale, unreadable; ///< paths
  std::optional<Error> fault;                          ///< of the first that cannot be read
};

/// Collective.
void add_stage(Stages& found, const archive::Archive& archive, const std::string& path) try {
  const archive::Group group = archive.group(path).value();
  const bool is_stale = !stale_ancestor(archive, group).empty();
  if (is_stale) found.stale.push_back(path);
  if (group.status == "complete")
    ++found.n_complete;
  else
    found.partial.push_back(path);
} catch (const Error& error) {
  if (!is_of_content(error)) throw;
  found.unreadable.push_back(path);
  if (!found.fault) found.fault = error;
}

/// Collective.
Stages stages_of(const archive::Archive& archive) {
  Stages found;
  for (const std::string& path : archive.groups()) add_stage(found, archive, path);
  return found;
}

/// How many are complete; which are partial, stale, or damaged.
std::string text_of(const Stages& stages) {
  std::string text = "stages: " + std::to_string(stages.n_complete) + " complete\n";
  const auto add = [&text](const std::string& what, const std::vector<std::string>& paths) {
    if (!paths.empty()) text += what + ": " + printable(campaign::first_of(paths, ", ")) + "\n";
  };
  add(std::to_string(stages.partial.size()) + " partial", stages.partial);
  add("STALE, as their input has changed", stages.stale);
  add("DAMAGED, or made from what is damaged", stages.unreadable);
  return text;
}

std::string text_of(const campaign::ResultLines& results, const std::string& indent) {
  std::string text;
  for (const std::string& line : results.lines) text += indent + printable(line) + "\n";
  return text;
}

/// At most a screen.
std::string overview(const archive::Archive& archive, const Stages& stages,
                     const campaign::ResultLines& results) {
  return archive::title_text(archive::summarize_file(archive)) + text_of(stages) + text_of(results, "  ") +
         "more: info --all prints keys, datasets and provenance, --check tests every byte, --json is for programs\n";
}

} // namespace

int info_command(const Invocation& invocation, const mpi::Communicator& comm) {
  auto archive = archive::Archive::open(comm, invocation.arguments.front());
  if (invocation.check) {
    check_content(archive, invocation.kinds);
    archive.close();
    return 0;
  }
  const bool whole = invocation.all || invocation.json || !invocation.lineage.empty();
  std::string text;
  std::optional<Error> fault;
  if (whole) {
    const auto summary = archive::summarize(archive);
    text = invocation.json  ? archive::to_json(summary)
           : invocation.all ? archive::to_text(summary)
                            : archive::lineage(summary, invocation.lineage);
  } else {
    const Stages stages = stages_of(archive);
    const auto results =
        campaign::result_lines(archive, invocation.kinds, archive.groups(), most_result_lines);
    text = invocation.brief ? text_of(results, "") : overview(archive, stages, results);
    fault = stages.fault ? stages.fault : results.fault;
  }
  archive.close();
  if (comm.is_root()) fmt::print("{}{}", text, text.ends_with('\n') ? "" : "\n");
  if (fault) throw *fault; // what can be read stands above
  return 0;
}

} // namespace blockspin::app
