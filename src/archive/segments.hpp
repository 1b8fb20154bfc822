#pragma once
// Segments: files that hold one group each, linked from the archive.

#include <set>
#include <string>

namespace blockspin::archive {

/// "run.h5.segments".
std::string segment_folder(const std::string& archive_path);
/// "run.h5.segments/sample.main-<hash>.h5": named by content, so that a new version never replaces a file in
/// use.
std::string segment_path(const std::string& archive_path, const std::string& group, const std::string& hash);
/// Whether segment_path() could have made the name of `file` for this group.
bool is_segment_of(const std::string& file, const std::string& group);

/// Deletes a file if it is a segment by its name and by its content, whole or damaged; a warning tells of a file
/// that has the name alone. Local; failures are ignored.
void remove_segment(const std::string& file);
/// The same for all files of an archive's folder of segments but those of `kept`.
void remove_segments(const std::string& archive_path, const std::set<std::string>& kept);

} // namespace blockspin::archive
