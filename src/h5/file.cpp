#include "blockspin/h5/file.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "blockspin/base/text.hpp"
#include "blockspin/h5/serial_file.hpp"
#include "blockspin/mpi/agree.hpp"
#include "blockspin/mpi/session.hpp"
#include "crash_guard.hpp"
#include "let_go.hpp"
#include "mpi_io.hpp"
#include "together.hpp"

namespace blockspin::h5 {

namespace {

Handle file_access(const mpi::Communicator& comm) {
  Handle fapl(check(H5Pcreate(H5P_FILE_ACCESS), "cannot create a property list"), H5Pclose);
  check(H5Pset_fapl_mpio(fapl.id(), comm.handle(), MPI_INFO_NULL), "cannot ask for parallel access");
  check(H5Pset_libver_bounds(fapl.id(), H5F_LIBVER_V110, H5F_LIBVER_V110), "cannot choose the file format");
  return fapl;
}

Handle property_list_without_times(hid_t kind) {
  Handle plist(check(H5Pcreate(kind), "cannot create a property list"), H5Pclose);
  check(H5Pset_obj_track_times(plist.id(), false), "cannot switch off times");
  return plist;
}

/// "/a/b/c": "/a", "/a/b", "/a/b/c".
std::vector<std::string> paths_down_to(std::string_view path) {
  std::vector<std::string> paths;
  std::string so_far;
  for (const std::string& piece : split(path, '/')) {
    if (piece.empty()) continue;
    so_far += "/" + piece;
    paths.push_back(so_far);
  }
  return paths;
}

} // namespace

File File::create(const mpi::Communicator& comm, const std::string& path) {
  silence();
  hid_t id = H5I_INVALID_HID;
  together(comm, path, 0, [&] {
    const Handle fapl = file_access(comm);
    const Handle fcpl = property_list_without_times(H5P_FILE_CREATE);
    id = check(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, fcpl.id(), fapl.id()), "cannot create the file", path);
  });
  return {comm, path, Access::write, id};
}

File File::open(const mpi::Communicator& comm, const std::string& path, Access access) {
  silence();
  watch_mpi_io();
  look_on_root(comm, path, [&path] { SerialFile{path}; }); // what is damaged shows here
  hid_t id = H5I_INVALID_HID;
  together(comm, path, 0, [&] {
    const Handle fapl = file_access(comm);
    const unsigned flags = access == Access::read ? H5F_ACC_RDONLY : H5F_ACC_RDWR;
    id = check(H5Fopen(path.c_str(), flags, fapl.id()), "cannot open the file", path);
  });
  return {comm, path, access, id};
}

File::File(File&& other) noexcept
    : comm_(other.comm_), path_(std::move(other.path_)), access_(other.access_),
      unsynced_bytes_(other.unsynced_bytes_), id_(std::exchange(other.id_, H5I_INVALID_HID)) {}

File& File::operator=(File&& other) noexcept {
  comm_ = other.comm_;
  path_ = std::move(other.path_);
  access_ = other.access_;
  unsynced_bytes_ = other.unsynced_bytes_;
  id_ = std::exchange(other.id_, H5I_INVALID_HID);
  return *this;
}

File::~File() {
  if (is_open() && access_ == Access::write) let_go(path_);
}

void File::close() {
  // Nearly all that can fail fails in flush(): a failing H5Fclose (the superblock's last update) leaves HDF5
  // with a file that it can neither use nor forget.
  if (access_ == Access::write) flush();
  // Damage in a heap may crash HDF5 only when it forgets what it has read. The others may come late: no limit.
  std::optional<CrashGuard> guard;
  if (access_ == Access::read) guard.emplace(path_, comm_->is_root(), false);
  const hid_t id = std::exchange(id_, H5I_INVALID_HID);
  try {
    together(*comm_, path_, 0, [&] { check(H5Fclose(id), "cannot close the file", path_); });
  } catch (const Error& error) {
    mpi::end_without_finalizing(error.exit_code()); // HDF5 would crash there over the file it has half closed
    throw;
  }
}

void File::flush() {
  together(*comm_, path_, std::exchange(unsynced_bytes_, 0),
           [&] { check(H5Fflush(id_, H5F_SCOPE_LOCAL), "cannot write the file", path_); });
}

bool File::exists(std::string_view path) const {
  const std::vector<std::string> steps = paths_down_to(path);
  return std::all_of(steps.begin(), steps.end(), [this](const std::string& step) {
    return check(H5Lexists(id_, step.c_str(), H5P_DEFAULT), "cannot look for " + step, path_) > 0;
  });
}

void File::create_group(const std::string& path) {
  together(*comm_, path_, 0, [&] {
    const Handle gcpl = property_list_without_times(H5P_GROUP_CREATE);
    // HDF5 1.10 crashes where it copies an object with more than eight attributes of texts, unless they stand in its header.
    check(H5Pset_attr_phase_change(gcpl.id(), 128, 120), "cannot keep attributes in headers");
    for (const std::string& step : paths_down_to(path)) {
      if (check(H5Lexists(id_, step.c_str(), H5P_DEFAULT), "cannot look for " + step, path_) > 0) continue;
      const Handle group(check(H5Gcreate2(id_, step.c_str(), H5P_DEFAULT, gcpl.id(), H5P_DEFAULT),
                               "cannot create the group " + step, path_),
                         H5Gclose);
    }
  });
}

void File::link(const std::string& path, const std::string& other_file) {
  const std::size_t slash = path.rfind('/');
  if (slash != std::string::npos && slash > 0) create_group(path.substr(0, slash));
  const std::string folder = std::filesystem::path(path_).parent_path().string();
  const std::string target =
      folder.empty() ? other_file : std::filesystem::path(other_file).lexically_relative(folder).string();
  together(*comm_, path_, 0, [&] {
    check(H5Lcreate_external(target.c_str(), path.c_str(), id_, path.c_str(), H5P_DEFAULT, H5P_DEFAULT),
          "cannot link to " + target, path_);
  });
}

void File::remove(const std::string& path) {
  together(*comm_, path_, 0,
           [&] { check(H5Ldelete(id_, path.c_str(), H5P_DEFAULT), "cannot delete " + path, path_); });
}

} // namespace blockspin::h5
