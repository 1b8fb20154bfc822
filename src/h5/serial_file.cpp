#include "blockspin/h5/serial_file.hpp"

#include "blockspin/base/text.hpp"
#include "blockspin/mpi/agree.hpp"
#include "crash_guard.hpp"
#include "names.hpp"
#include "open_serial.hpp"

namespace blockspin::h5 {

namespace {

/// False where the group has no such name, or one that is a link. Throws where that cannot be read.
bool is_plain_name(hid_t group, const std::string& name, const std::string& where) {
  const std::string action = "cannot look for " + name;
  if (check(H5Lexists(group, name.c_str(), H5P_DEFAULT), action, where) == 0) return false;
  H5L_info_t info{};
  check(H5Lget_info(group, name.c_str(), &info, H5P_DEFAULT), action, where);
  return info.type == H5L_TYPE_HARD;
}

} // namespace

SerialFile::SerialFile(const std::string& path) : path_(path), file_(open_serial(path)) { open_object("/"); }

Handle SerialFile::find(const std::string& path) const {
  CrashGuard::still_alive();
  const std::string action = "cannot open " + path;
  Handle object(check(H5Oopen(file_.id(), "/", H5P_DEFAULT), action, path_), H5Oclose);
  for (const std::string& name : split(path, '/')) {
    if (name.empty()) continue;
    if (!is_plain_name(object.id(), name, path_)) return {};
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

void look_alone(const std::string& path, const std::function<void()>& action) {
  const CrashGuard guard(path);
  action();
}

void look_on_root(const mpi::Communicator& comm, const std::string& path,
                  const std::function<void()>& action) {
  mpi::agreed(
      comm, [&] { look_alone(path, action); }, true);
}

void look(const mpi::Communicator& comm, const std::string& path, const std::function<void()>& action) {
  look_on_root(comm, path, action);
  mpi::agreed(comm, [&] {
    if (!comm.is_root()) action();
  });
}

} // namespace blockspin::h5
