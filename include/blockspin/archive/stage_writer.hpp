#pragma once
// Writing one group: datasets that its rows declare, then commit.

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "blockspin/archive/layout.hpp"
#include "blockspin/base/array.hpp"
#include "blockspin/base/slab.hpp"
#include "blockspin/h5/attribute.hpp"
#include "blockspin/h5/file.hpp"

namespace blockspin::archive {

class Archive;
struct Draft;

/// A group that another was made from, with the hash of its content at that time.
struct Parent {
  std::string path;
  std::string content_hash;
};

/// Writes the datasets of one group. Every member is collective. A writer that goes away without commit()
/// leaves the archive as it was.
class StageWriter {
public:
  StageWriter(StageWriter&&) noexcept;
  StageWriter& operator=(StageWriter&&) = delete;
  /// Local: removes the uncommitted copy.
  ~StageWriter();

  /// Creates the dataset `path` (relative to the group; a row must declare it, of this type and number
  /// of axes) where this is its first slab, and writes this rank's slab. Scales of axes are written before or
  /// after, in any order.
  template <class T>
  void write(const std::string& path, const Slab& slab, std::span<const T> values) {
    write_bytes(path, element_type<T>(), slab, std::as_bytes(values));
  }
  /// Values that are the same on every rank: the root writes them.
  template <class T>
  void write_replicated(const std::string& path, const std::vector<std::uint64_t>& extent,
                        std::span<const T> values) {
    write_bytes(path, element_type<T>(), is_root() ? Slab::whole(extent) : Slab::none(extent),
                std::as_bytes(values.first(is_root() ? values.size() : 0)));
  }
  /// The same, of a list along one axis, or of a table along two.
  template <class T>
  void write_list(const std::string& path, const std::vector<T>& values) {
    write_replicated(path, {values.size()}, std::span<const T>(values));
  }
  template <class T>
  void write_table(const std::string& path, const Array<T, 2>& table) {
    write_replicated(path, {table.extent(0), table.extent(1)}, table.flat());
  }
  template <class T>
  void write_scalar(const std::string& path, T value) {
    write_replicated(path, {}, std::span<const T>(&value, 1));
  }

  /// Attaches the scales, hashes the content, marks the group complete, closes the copy, syncs it and renames
  /// it over the archive. Returns the content hash.
  std::string commit() { return commit_as("complete"); }
  /// The same for a stage that failed and leaves what it had found until then: the group is marked partial.
  /// It can be read, but later stages do not build on it and a run computes the stage again.
  std::string commit_partial() { return commit_as("partial"); }

private:
  friend class Archive;
  StageWriter(Archive& archive, std::vector<Row> rows, std::string group, Draft draft);
  h5::File& file() const;
  std::string commit_as(const std::string& status);
  void write_bytes(const std::string& path, ElementType type, const Slab& slab,
                   std::span<const std::byte> bytes);
  void create(const std::string& path, ElementType type, const std::vector<std::uint64_t>& extent);
  void write_index(const std::string& path, const std::string& axis, std::uint64_t n);
  void attach_scales();
  void check_scale(const std::string& path, const std::string& scale, std::uint64_t n) const;
  bool is_root() const;

  Archive* archive_;
  std::vector<Row> rows_;
  std::string group_;
  std::unique_ptr<Draft> draft_;
  std::set<std::string> written_;
};

} // namespace blockspin::archive
