// blockspin status: how far each point of a sweep is, a line each.

#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "blockspin/app/command.hpp"
#include "blockspin/archive/file_hash.hpp"
#include "blockspin/archive/listing.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/mpi/agree.hpp"
#include "blockspin/mpi/stop.hpp"
#include "load_deck.hpp"
#include "point_state.hpp"
#include "points_table.hpp"

namespace blockspin::app {

namespace {

/// The table of the sweep, on every rank. Collective; agreed errors.
PointsTable table_of(const mpi::Communicator& comm, const std::filesystem::path& folder) {
  const std::string path = (folder / "points.csv").string();
  std::string text;
  mpi::agreed(
      comm,
      [&] {
        const auto there = text_there(path);
        if (!there)
          throw Error(ErrorKind::archive, "is no folder of a sweep: it has no points.csv", folder.string());
        text = *there;
      },
      true);
  text = comm.broadcast(text);
  PointsTable table;
  mpi::agreed(comm, [&] { table = read_points_table(text, path); });
  return table;
}

} // namespace

int status_command(const Invocation& invocation, const mpi::Communicator& comm) {
  const std::filesystem::path folder = invocation.arguments.front();
  mpi::StopFlag stop(comm, 0.0, "");
  const PointsTable table = table_of(comm, folder);
  const archive::Listing listing(comm.is_root() ? folder.string() : std::string());
  const archive::FileHashMemory memory;
  std::map<std::string, int> counts;
  for (const PointRow& row : table.rows) {
    if (stop.stop_now())
      throw_agreed(ErrorKind::stopped, "stopped by " + stop.reason() + " before the point " + row.name,
                   "status");
    const PointState state = state_of_point(invocation, comm, (folder / row.deck).string(), listing);
    ++counts[state.word];
    if (comm.is_root()) fmt::print("{:<40} {:<10} {}\n", row.name, state.word, state.more);
  }
  std::vector<std::string> parts;
  for (const auto& [word, n] : counts) parts.push_back(std::to_string(n) + " " + word);
  if (comm.is_root())
    fmt::print("{}{}{}\n", counted(table.rows.size(), "point"), parts.empty() ? "" : ": ",
               joined(parts, ", "));
  return 0;
}

} // namespace blockspin::app
