#include "blockspin/h5/tree.hpp"

#include <algorithm>
#include <cstdint>

#include "blockspin/base/slab.hpp"
#include "crash_guard.hpp"
#include "dataset_info.hpp"
#include "names.hpp"
#include "value.hpp"

namespace blockspin::h5 {

namespace {

constexpr std::size_t most_levels = 16;
constexpr std::size_t most_objects = 100000;
/// What filters can make of a byte: deflate at most 1032, and a margin for the last chunks.
constexpr std::uint64_t most_inflation = 1100;

#if H5_VERSION_GE(1, 12, 0)
using ObjectInfo = H5O_info1_t;
#else
using ObjectInfo = H5O_info_t;
#endif

class Describing {
public:
  Describing(hid_t file, const std::string& group, const std::string& where) : group_(group), where_(where) {
    add(file, group, "", 0);
  }

  std::vector<Node> nodes() {
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      nodes_[i].attributes = read_all_attributes(objects_[i].id(), full(nodes_[i].path), paths_, where_);
    std::sort(nodes_.begin(), nodes_.end(), [](const Node& a, const Node& b) { return a.path < b.path; });
    return std::move(nodes_);
  }

private:
  [[noreturn]] void fail(const std::string& path, const std::string& what) const {
    throw Error(ErrorKind::archive, full(path) + " " + what, where_);
  }
  std::string full(const std::string& path) const { return path.empty() ? group_ : group_ + "/" + path; }

  void add(hid_t above, const std::string& name, const std::string& path, std::size_t level) {
    CrashGuard::still_alive();
    Handle object(check(H5Oopen(above, name.c_str(), H5P_DEFAULT), "cannot open " + full(path), where_),
                  H5Oclose);
    ObjectInfo info{};
    check(H5Oget_info2(object.id(), &info, H5O_INFO_BASIC), "cannot look at " + full(path), where_);
    if (!paths_.emplace(info.addr, path).second) fail(path, "is another name of " + full(paths_[info.addr]));
    if (nodes_.size() == most_objects) fail("", "holds more objects than any stage writes");
    if (level > most_levels) fail(path, "stands deeper than anything that a stage writes");
    if (info.type != H5O_TYPE_GROUP && info.type != H5O_TYPE_DATASET)
      fail(path, "is no group and no dataset");
    const hid_t id = object.id();
    nodes_.push_back({path, {}, {}});
    objects_.push_back(std::move(object));
    if (info.type == H5O_TYPE_DATASET)
      nodes_.back().dataset = checked_dataset(id, path);
    else
      add_members(id, path, level);
  }

  void add_members(hid_t group, const std::string& path, std::size_t level) {
    for (const Link& link : links_of(group, full(path), where_)) {
      const std::string below = path.empty() ? link.name : path + "/" + link.name;
      if (link.kind != LinkKind::hard) fail(below, "is a link, where only the content itself may stand");
      add(group, link.name, below, level + 1);
    }
  }

  DatasetInfo checked_dataset(hid_t dataset, const std::string& path) const {
    const DatasetInfo info = info_of(dataset, full(path), where_);
    const Handle plist(check(H5Dget_create_plist(dataset), "cannot look at " + full(path), where_), H5Pclose);
    if (H5Pget_layout(plist.id()) == H5D_VIRTUAL || H5Pget_external_count(plist.id()) != 0)
      fail(path, "has its values in other files");
    const std::uint64_t stored = H5Dget_storage_size(dataset);
    const int n_filters = check(H5Pget_nfilters(plist.id()), "cannot look at " + full(path), where_);
    const std::uint64_t inflation = n_filters > 0 ? most_inflation : 1;
    if (n_bytes(info, path) / inflation > stored)
      fail(path, "holds fewer bytes than its shape takes: " + std::to_string(stored));
    return info;
  }

  std::uint64_t n_bytes(const DatasetInfo& info, const std::string& path) const {
    std::uint64_t n = element_bytes(info.type);
    for (const std::uint64_t extent : info.extent)
      if (__builtin_mul_overflow(n, extent, &n)) fail(path, "has a shape that no file can hold");
    return n;
  }

  const std::string &group_, &where_;
  std::vector<Node> nodes_;
  std::vector<Handle> objects_; ///< of the nodes, in their order
  PathsByAddress paths_;
};

} // namespace

std::vector<Node> describe(hid_t file, const std::string& group, const std::string& where) {
  return Describing(file, group, where).nodes();
}

} // namespace blockspin::h5
