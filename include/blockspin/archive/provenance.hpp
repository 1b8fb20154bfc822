#pragma once
// What is recorded of a run beside its results: everything that may differ between two runs of the same deck.

#include <map>
#include <string>
#include <vector>

#include "blockspin/h5/attribute.hpp"
#include "blockspin/mpi/communicator.hpp"

namespace blockspin::archive {

/// One run. `values` holds whatever else belongs to it: resolved [parallel], rank
/// layout, seconds of each stage.
struct RunRecord {
  std::string deck_path;
  std::string deck_text;
  std::vector<std::string> overrides; ///< --set section.key=value
  std::string command_line;
  std::string started; ///< UTC, ISO 8601
  std::map<std::string, h5::Value> values;
};

/// A record with the start time set to now. Local.
RunRecord start_record();
/// UTC now, "2026-11-21T04:25:00Z".
std::string utc_now();

/// The attributes of /provenance/run_<k>: the record, rank count, hosts (sorted, with their rank counts),
/// build and library versions. Collective.
std::map<std::string, h5::Value> provenance_values(const mpi::Communicator& comm, const RunRecord& record);

} // namespace blockspin::archive
