#pragma once
// What stands beside an archive while a new run has not yet replaced the old one: <archive>.overwrite.
// A run that starts anew keeps the old archive under its name until its own first commit. The marker says so,
// durably, so that a resume of the new run takes the old archive, and the old checkpoints, for neither. All
// local: for the root, under the lock.

#include <string>

namespace blockspin::archive {

/// "run.h5.overwrite".
std::string overwrite_marker(const std::string& archive_path);

/// For a run that starts anew: writes the marker where an old archive or old checkpoints are, then
/// deletes those checkpoints. Cut off at any instant, it is finished by the next
/// finish_overwrite_start(). Throws ErrorKind::archive.
void start_overwrite(const std::string& archive_path);

/// For a run that resumes: finishes a start that was cut off.
void finish_overwrite_start(const std::string& archive_path);

/// Whether the file under the archive's name is an old run's, to be replaced at the first commit of the new
/// one. Does not change anything; readers may ask as well.
bool overwrite_is_under_way(const std::string& archive_path);

/// Before and after the first commit of the new run gives `temporary` the archive's name. Without a
/// marker they do nothing. In between, the marker names the new file, so that a kill there leaves no
/// doubt whose the archive is.
void announce_replacement(const std::string& archive_path, const std::string& temporary);
void end_overwrite(const std::string& archive_path) noexcept;

} // namespace blockspin::archive
