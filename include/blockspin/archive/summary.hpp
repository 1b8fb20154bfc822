#pragma once
// What an archive holds, for `blockspin info`.

#include <string>

#include "blockspin/archive/archive.hpp"

namespace blockspin::archive {

struct DatasetSummary {
  std::string path; ///< absolute
  std::string type; ///< "f64"
  std::vector<std::uint64_t> extent;
  std::string unit;
  std::string description;
};

struct GroupSummary {
  Group group;
  bool stale = false; ///< a parent has changed, or is gone, since this was made
  std::vector<DatasetSummary> datasets;
};

struct Summary {
  std::string path;
  std::uint64_t format_version = 0;
  Identity identity;
  std::uint64_t n_bytes = 0;
  bool overwritten = false; ///< a run that started anew has not yet replaced it
  std::vector<GroupSummary> groups;
  std::map<std::string, std::map<std::string, h5::Value>> runs; ///< "run_1" and its attributes
};

/// The file alone, without its groups and runs. Collective.
Summary summarize_file(const Archive& archive);
/// Collective.
Summary summarize(const Archive& archive);
/// Its title, seed, size and format; and whether an overwrite is under way. Local.
std::string title_text(const Summary& summary);
/// For people. Local.
std::string to_text(const Summary& summary);
/// One JSON object. Local.
std::string to_json(const Summary& summary);
/// How a group or dataset came about: its group, the parents of that, and so on, one line each. Local; throws
/// ErrorKind::usage where `path` is not in the archive.
std::string lineage(const Summary& summary, const std::string& path);

} // namespace blockspin::archive
