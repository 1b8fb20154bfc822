#include "blockspin/archive/provenance.hpp"

#include <ctime>

#include <unistd.h>

#include "blockspin/base/build_info.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/h5/handle.hpp"
#include "blockspin/mpi/session.hpp"

namespace blockspin::archive {

namespace {

/// "node1 (2 ranks)", ...: every host with the number of ranks on it, sorted.
std::vector<std::string> hosts(const mpi::Communicator& comm) {
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  const std::string mine = std::string(host) + "\n";
  const std::vector<char> all = comm.gather_all(std::span<const char>(mine));
  std::map<std::string, int> counts;
  for (const std::string& name : split(std::string_view(all.data(), all.size()), '\n'))
    if (!name.empty()) ++counts[name];
  std::vector<std::string> texts;
  for (const auto& [name, n] : counts)
    texts.push_back(name + " (" + std::to_string(n) + (n == 1 ? " rank)" : " ranks)"));
  return texts;
}

} // namespace

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32] = {};
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

RunRecord start_record() {
  RunRecord record;
  record.started = utc_now();
  return record;
}

std::map<std::string, h5::Value> provenance_values(const mpi::Communicator& comm, const RunRecord& record) {
  std::map<std::string, h5::Value> values = record.values;
  values["deck_path"] = record.deck_path;
  values["deck"] = record.deck_text;
  values["overrides"] = record.overrides;
  values["command_line"] = record.command_line;
  values["started"] = comm.broadcast(record.started);
  values["written"] = comm.broadcast(utc_now());
  values["ranks"] = static_cast<std::int64_t>(comm.size());
  values["hosts"] = hosts(comm);
  for (const auto& [name, value] : build_info()) values["build_" + name] = value;
  values["library_mpi"] = mpi::library_version();
  values["library_hdf5"] = h5::library_version();
  return values;
}

} // namespace blockspin::archive
