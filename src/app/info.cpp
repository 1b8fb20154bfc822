// blockspin info: what an archive holds.

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
    if (!error.agreed() || error.kind() != ErrorKind::archive) throw;
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

/// How many are complete; which are partial, or stale. Collective.
std::string stages_text(const archive::Archive& archive) {
  std::size_t n_complete = 0;
  std::vector<std::string> partial, stale;
  for (const std::string& path : archive.groups()) {
    const archive::Group group = archive.group(path).value();
    if (group.status == "complete")
      ++n_complete;
    else
      partial.push_back(path);
    if (!stale_ancestor(archive, group).empty()) stale.push_back(path);
  }
  std::string text = "stages: " + std::to_string(n_complete) + " complete\n";
  if (!partial.empty())
    text +=
        std::to_string(partial.size()) + " partial: " + printable(campaign::first_of(partial, ", ")) + "\n";
  if (!stale.empty())
    text += "STALE, as their input has changed: " + printable(campaign::first_of(stale, ", ")) + "\n";
  return text;
}

std::string text_of(const campaign::ResultLines& results, const std::string& indent) {
  std::string text;
  for (const std::string& line : results.lines) text += indent + printable(line) + "\n";
  return text;
}

/// At most a screen.
std::string overview(const archive::Archive& archive, const campaign::ResultLines& results) {
  return archive::title_text(archive::summarize_file(archive)) + stages_text(archive) +
         text_of(results, "  ") +
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
  campaign::ResultLines results;
  if (whole) {
    const auto summary = archive::summarize(archive);
    text = invocation.json  ? archive::to_json(summary)
           : invocation.all ? archive::to_text(summary)
                            : archive::lineage(summary, invocation.lineage);
  } else {
    results = campaign::result_lines(archive, invocation.kinds, archive.groups(), most_result_lines);
    text = invocation.brief ? text_of(results, "") : overview(archive, results);
  }
  archive.close();
  if (comm.is_root()) fmt::print("{}{}", text, text.ends_with('\n') ? "" : "\n");
  if (results.fault) throw *results.fault; // what can be read stands above
  return 0;
}

} // namespace blockspin::app
