#include "blockspin/archive/stage_writer.hpp"

#include <algorithm>
#include <numeric>

#include "archive_state.hpp"
#include "blockspin/archive/archive.hpp"
#include "blockspin/archive/layout.hpp"
#include "content_hash.hpp"
#include "index_axis.hpp"

namespace blockspin::archive {

namespace {

/// The last name of a path.
std::string leaf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// "even" of "even/exponent/mean"; "" at the top.
std::string folder(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

/// Where the index of an axis stands: netCDF takes the name of a scale for that of a dimension, which no dataset of
/// the group may have besides.
std::string index_path(const std::set<std::string>& datasets, const std::string& axis) {
  const bool is_taken = std::ranges::any_of(
      datasets, [&](const std::string& path) { return leaf(path) == axis || path.starts_with(axis + "/"); });
  return is_taken ? axis + "_index" : axis;
}

/// first, first + 1, ...: values of an index axis.
std::vector<std::uint32_t> indices(std::uint64_t first, std::uint64_t n) {
  std::vector<std::uint32_t> values(n);
  std::iota(values.begin(), values.end(), static_cast<std::uint32_t>(first));
  return values;
}

} // namespace

StageWriter::StageWriter(Archive& archive, std::vector<Row> rows, std::string group, Draft draft)
    : archive_(&archive), rows_(std::move(rows)), group_(std::move(group)),
      draft_(std::make_unique<Draft>(std::move(draft))) {}

StageWriter::StageWriter(StageWriter&&) noexcept = default;
StageWriter::~StageWriter() = default;

h5::File& StageWriter::file() const { return draft_->file; }

bool StageWriter::is_root() const { return archive_->comm().is_root(); }

void StageWriter::write_bytes(const std::string& path, ElementType type, const Slab& slab,
                              std::span<const std::byte> bytes) {
  const std::string full = group_ + "/" + path;
  if (written_.insert(path).second) create(path, type, slab.extent);
  h5::write_slab(file(), full, type, slab, bytes);
}

void StageWriter::create(const std::string& path, ElementType type,
                         const std::vector<std::uint64_t>& extent) {
  const Row& row = find_row(rows_, path, group_);
  if (row.type != type || row.axes.size() != extent.size())
    throw Error(ErrorKind::internal, "the layout declares " + path + " with another type or number of axes",
                group_);
  const std::string full = group_ + "/" + path;
  h5::create_dataset(file(), full, type, extent);
  h5::write_attribute(file(), full, "unit", row.unit);
  h5::write_attribute(file(), full, "description", in_path(row.description, row, path));
}

void StageWriter::write_index(const std::string& path, const std::string& axis, std::uint64_t n) {
  const std::string full = group_ + "/" + path;
  if (file().exists(full)) return;
  require(n <= UINT32_MAX, "an index axis longer than 2^32");
  h5::create_dataset(file(), full, ElementType::u32, {n});
  h5::write_attribute(file(), full, "unit", std::string("1"));
  h5::write_attribute(file(), full, "description", std::string(index_description) + axis);
  // Piece by piece: the bytes of a configuration of a large lattice are a long axis.
  constexpr std::uint64_t piece = std::uint64_t{1} << 20;
  for (std::uint64_t first = 0; first < n; first += piece) {
    const std::uint64_t count = std::min(piece, n - first);
    const auto values = is_root() ? indices(first, count) : std::vector<std::uint32_t>{};
    h5::write_slab(file(), full, ElementType::u32, is_root() ? Slab{{n}, {first}, {count}} : Slab::none({n}),
                   std::as_bytes(std::span(values)));
  }
  h5::make_scale(file(), full, axis);
}

void StageWriter::attach_scales() {
  for (const std::string& path : written_) { // scales first: those that are datasets of the layout
    const Row& row = find_row(rows_, path, group_);
    for (const Axis& axis : row.axes)
      if (in_path(axis.scale, row, path) == path)
        h5::make_scale(file(), group_ + "/" + path, in_path(axis.name, row, path));
  }
  for (const std::string& path : written_) {
    const Row& row = find_row(rows_, path, group_);
    const std::vector<std::uint64_t> extent = h5::dataset_info(file(), group_ + "/" + path).extent;
    for (unsigned i = 0; i < row.axes.size(); ++i) {
      const std::string name = in_path(row.axes[i].name, row, path);
      std::string scale = in_path(row.axes[i].scale, row, path);
      if (scale == path) continue;
      if (scale.empty()) {
        scale = index_path(written_, name);
        write_index(scale, name, extent[i]);
      }
      check_scale(path, scale, extent[i]);
      h5::attach_scale(file(), group_ + "/" + path, i, group_ + "/" + scale,
                       row.axes[i].scale.empty() ? name : leaf(scale));
    }
  }
}

void StageWriter::check_scale(const std::string& path, const std::string& scale, std::uint64_t n) const {
  const std::string full = group_ + "/" + scale;
  if (!file().exists(full) || h5::dataset_info(file(), full).extent != std::vector<std::uint64_t>{n})
    throw Error(ErrorKind::internal,
                "the axis scale " + scale + " of " + path + " is missing or of another length", group_);
  // netCDF looks for dimensions in a dataset's own group and in those above it.
  const std::string above = folder(scale);
  if (!above.empty() && !path.starts_with(above + "/"))
    throw Error(ErrorKind::internal, "the axis scale " + scale + " of " + path + " stands beside it", group_);
}

std::string StageWriter::commit_as(const std::string& status) {
  attach_scales();
  h5::write_attribute(file(), group_, "status", status);
  file().flush();
  const std::string hash = content_hash(file(), group_);
  h5::write_attribute(file(), group_, "content_hash", hash);
  archive_->state_->commit_group(file(), group_, hash);
  draft_.reset();
  return hash;
}

} // namespace blockspin::archive
