#include "blockspin/h5/serial_file.hpp"

#include "blockspin/base/text.hpp"
#include "blockspin/mpi/agree.hpp"
#include "crash_guard.hpp"
#include "file_check.hpp"
#include "names.hpp"

namespace blockspin::h5 {

namespace {

Handle serial_access() {
  Handle fapl(check(H5Pcreate(H5P_FILE_ACCESS), "cannot create a property list"), H5Pclose);
#if H5_VERSION_GE(1, 10, 7)
  check(H5Pset_file_locking(fapl.id(), false, true),
        "cannot switch off locks"); // not every file system has them
#endif
  return fapl;
}

bool is_plain_name(hid_t group, const std::string& name) {
  H5L_info_t info{};
  return H5Lget_info(group, name.c_str(), &info, H5P_DEFAULT) >= 0 && info.type == H5L_TYPE_HARD;
}

} // namespace

SerialFile::SerialFile(const std::string& path) : path_(path) {
  silence();
  check_file(path);
  const Handle fapl = serial_access();
  file_ =
      Handle(check(H5Fopen(path.c_str(), H5F_ACC_RDONLY, fapl.id()), "cannot open the file", path), H5Fclose);
  open_object("/");
}

Handle SerialFile::find(const std::string& path) const {
  CrashGuard::still_alive();
  const std::string action = "cannot open " + path;
  Handle object(check(H5Oopen(file_.id(), "/", H5P_DEFAULT), action, path_), H5Oclose);
  for (const std::string& name : split(path, '/')) {
    if (name.empty()) continue;
    if (!is_plain_name(object.id(), name)) {
      H5Eclear2(H5E_DEFAULT);
      return {};
    }
    object = Handle(check(H5Oopen(object.id(), name.c_str(), H5P_DEFAULT), action, path_), H5Oclose);
  }
  return object;
}

Handle SerialFile::open_object(const std::string& path) const {
  Handle object = find(path);
  if (object.id() < 0) throw Error(ErrorKind::archive, path + " is not there, or behind a link", path_);
  return object;
}

bool SerialFile::exists(const std::string& path) const { return find(path).id() >= 0; }

bool SerialFile::is_group(const std::string& path) const {
  return H5Iget_type(open_object(path).id()) == H5I_GROUP;
}

std::vector<Link> SerialFile::links(const std::string& group) const {
  return links_of(open_object(group).id(), group, path_);
}

std::map<std::string, Value> SerialFile::attributes(const std::string& object) const {
  return read_all_attributes(open_object(object).id(), object, {}, path_);
}

std::vector<Node> SerialFile::describe(const std::string& group) const {
  open_object(group);
  return h5::describe(file_.id(), group, path_);
}

void still_alive() { CrashGuard::still_alive(); }

void look_on_root(const mpi::Communicator& comm, const std::string& path,
                  const std::function<void()>& action) {
  mpi::agreed(
      comm,
      [&] {
        const CrashGuard guard(path);
        action();
      },
      true);
}

void look(const mpi::Communicator& comm, const std::string& path, const std::function<void()>& action) {
  look_on_root(comm, path, action);
  mpi::agreed(comm, [&] {
    if (!comm.is_root()) action();
  });
}

} // namespace blockspin::h5
