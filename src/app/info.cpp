// blockspin info: what an archive holds.

#include <fmt/format.h>

#include "blockspin/app/command.hpp"
#include "blockspin/archive/stored_layout.hpp"
#include "blockspin/archive/summary.hpp"
#include "blockspin/archive/whole.hpp"
#include "blockspin/base/text.hpp"
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

} // namespace

int info_command(const Invocation& invocation, const mpi::Communicator& comm) {
  auto archive = archive::Archive::open(comm, invocation.arguments.front());
  if (invocation.check) {
    check_content(archive, invocation.kinds);
    archive.close();
    return 0;
  }
  const auto summary = archive::summarize(archive);
  archive.close();
  std::string text;
  if (!invocation.lineage.empty())
    text = archive::lineage(summary, invocation.lineage);
  else
    text = invocation.json ? archive::to_json(summary) : archive::to_text(summary);
  if (comm.is_root()) fmt::print("{}{}", text, text.ends_with('\n') ? "" : "\n");
  return 0;
}

} // namespace blockspin::app
