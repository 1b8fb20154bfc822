#pragma once
// The names of segments: files that hold one group each, linked from the archive.

#include <string>

namespace blockspin::archive {

/// "run.h5.segments".
inline std::string segment_folder(const std::string& archive_path) { return archive_path + ".segments"; }

/// "run.h5.segments/sample.main-<hash>.h5": named by content, so that a new version
/// never replaces a file in use.
inline std::string segment_path(const std::string& archive_path, const std::string& group,
                                const std::string& hash) {
  std::string dotted = group.substr(1);
  for (char& letter : dotted)
    if (letter == '/') letter = '.';
  return segment_folder(archive_path) + "/" + dotted + "-" + hash + ".h5";
}

} // namespace blockspin::archive
