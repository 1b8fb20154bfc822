// blockspin info: what an archive holds.

#include <fmt/format.h>

#include "blockspin/app/command.hpp"
#include "blockspin/archive/summary.hpp"

namespace blockspin::app {

int info_command(const Invocation& invocation, const mpi::Communicator& comm) {
  auto archive = archive::Archive::open(comm, invocation.arguments.front());
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
