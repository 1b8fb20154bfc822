#include "blockspin/archive/stored_layout.hpp"

#include <map>

namespace blockspin::archive {

namespace {

class LayoutCheck {
public:
  LayoutCheck(const Archive& archive, const std::string& group, std::span<const Row> rows)
      : archive_(archive), group_(group), rows_(rows), nodes_(archive.tree(group)) {
    for (const h5::Node& node : nodes_)
      if (node.dataset) datasets_.emplace(node.path, *node.dataset);
  }

  void run() {
    for (const auto& [path, info] : datasets_)
      if (const Row* const row = row_of(rows_, path)) check(path, info, *row);
  }

private:
  [[noreturn]] void fail(const std::string& path, const std::string& what) const {
    throw_agreed(ErrorKind::archive, group_ + "/" + path + " " + what, archive_.path());
  }

  void check(const std::string& path, const h5::DatasetInfo& info, const Row& row) {
    if (info.type != row.type) fail(path, "has elements of another type than its stage writes");
    if (info.extent.size() != row.axes.size())
      fail(path, "has " + std::to_string(info.extent.size()) + " axes; its stage writes " +
                     std::to_string(row.axes.size()));
    for (std::size_t i = 0; i < row.axes.size(); ++i) {
      check_axis(path, in_path(row.axes[i].name, row, path), info.extent[i]);
      if (!row.axes[i].scale.empty())
        check_scale(path, in_path(row.axes[i].scale, row, path), info.extent[i]);
    }
  }

  void check_axis(const std::string& path, const std::string& name, std::uint64_t n) {
    const auto& [known, is_new] = lengths_.try_emplace(name, n);
    if (known->second != n) fail_length(path, name, n, known->second);
  }

  void check_scale(const std::string& path, const std::string& scale, std::uint64_t n) const {
    const auto found = datasets_.find(scale);
    if (found == datasets_.end()) fail(path, "has an axis whose values, " + scale + ", are not there");
    if (found->second.extent.size() != 1 || found->second.extent[0] != n)
      fail(path, "and the values of its axis, " + scale + ", do not go together");
  }

  [[noreturn]] void fail_length(const std::string& path, const std::string& axis, std::uint64_t n,
                                std::uint64_t elsewhere) const {
    fail(path, "has " + std::to_string(n) + " of the axis " + axis + ", of which there are " +
                   std::to_string(elsewhere) + " elsewhere in the group");
  }

  const Archive& archive_;
  const std::string& group_;
  std::span<const Row> rows_;
  std::vector<h5::Node> nodes_;
  std::map<std::string, h5::DatasetInfo> datasets_;
  std::map<std::string, std::uint64_t> lengths_; ///< of axes, by name
};

} // namespace

void check_layout(const Archive& archive, const std::string& group, std::span<const Row> rows) {
  LayoutCheck(archive, group, rows).run();
}

} // namespace blockspin::archive
