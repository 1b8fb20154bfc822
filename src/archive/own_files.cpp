#include "blockspin/archive/own_files.hpp"

#include <algorithm>
#include <filesystem>

#include "checkpoint_files.hpp"
#include "durable.hpp"
#include "segments.hpp"

namespace blockspin::archive {

namespace {

namespace fs = std::filesystem;

bool is_same(const fs::path& one, const fs::path& other) {
  std::error_code ignored;
  return fs::equivalent(one, other, ignored);
}

bool is_own(const std::string& file, const std::string& archive_path) {
  std::error_code ignored;
  const std::string archive = behind_links(archive_path);
  if (is_same(file, archive) || fs::weakly_canonical(file, ignored) == fs::weakly_canonical(archive, ignored))
    return true;
  if (is_same(fs::weakly_canonical(file, ignored).parent_path(), segment_folder(archive))) return true;
  return std::ranges::any_of(all_checkpoints(archive),
                             [&](const std::string& checkpoint) { return is_same(file, checkpoint); });
}

} // namespace

bool is_of_archive(const mpi::Communicator& comm, const std::string& file, const std::string& archive_path) {
  bool own = false;
  if (comm.is_root()) {
    try {
      own = is_own(file, archive_path);
    } catch (const Error&) { // links of the archive that lead in a circle, which check_names() reports
    }
  }
  return comm.max(own ? 1 : 0) == 1;
}

} // namespace blockspin::archive
