#include "compare.hpp"

#include <algorithm>
#include <cstring>
#include <map>

#include <fmt/format.h>

#include "blockspin/archive/summary.hpp"

namespace blockspin::app {

namespace {

using Datasets = std::map<std::string, archive::DatasetSummary>;

Datasets datasets_of(const archive::Archive& archive) {
  Datasets all;
  for (const auto& group : archive::summarize(archive).groups)
    for (const auto& dataset : group.datasets) all.emplace(dataset.path, dataset);
  return all;
}

constexpr std::uint64_t most_bytes_at_once = std::uint64_t{32} << 20;

/// Index of the first element that differs, or the number of elements. Reads a stretch of rows at a time.
template <class T>
std::uint64_t first_difference(const archive::Archive& a, const archive::Archive& b, const std::string& path,
                               const std::vector<std::uint64_t>& extent) {
  const std::uint64_t n = Slab::whole(extent).n_global();
  if (n == 0) return n;
  const std::uint64_t n_rows = extent.empty() ? 1 : extent.front(), row = n / n_rows;
  const std::uint64_t rows_at_once = std::max<std::uint64_t>(1, most_bytes_at_once / (row * sizeof(T)));
  for (std::uint64_t first = 0; first < n_rows; first += rows_at_once) {
    const std::uint64_t count = std::min(rows_at_once, n_rows - first);
    const Slab slab = extent.empty() ? Slab::whole({}) : Slab::rows(extent, first, count);
    std::vector<T> left(count * row), right(count * row);
    a.read(path, slab, std::span<T>(left));
    b.read(path, slab, std::span<T>(right));
    if (std::memcmp(left.data(), right.data(), left.size() * sizeof(T)) == 0) continue;
    for (std::uint64_t i = 0; i < left.size(); ++i)
      if (std::memcmp(&left[i], &right[i], sizeof(T)) != 0) return first * row + i;
  }
  return n;
}

std::uint64_t first_difference(const archive::Archive& a, const archive::Archive& b,
                               const archive::DatasetSummary& dataset) {
  const auto& [path, type, extent] = std::tie(dataset.path, dataset.type, dataset.extent);
  // Each in its own type: HDF5 would convert between types, and hide bits.
  if (type == "u8") return first_difference<std::uint8_t>(a, b, path, extent);
  if (type == "i32") return first_difference<std::int32_t>(a, b, path, extent);
  if (type == "u32") return first_difference<std::uint32_t>(a, b, path, extent);
  if (type == "i64") return first_difference<std::int64_t>(a, b, path, extent);
  if (type == "u64") return first_difference<std::uint64_t>(a, b, path, extent);
  if (type == "f32") return first_difference<float>(a, b, path, extent);
  require(type == "f64", "a dataset of a type that comparison does not know");
  return first_difference<double>(a, b, path, extent);
}

} // namespace

std::vector<std::string> differences(const archive::Archive& a, const archive::Archive& b) {
  std::vector<std::string> lines;
  const Datasets left = datasets_of(a), right = datasets_of(b);
  for (const auto& [path, dataset] : right)
    if (!left.contains(path)) lines.push_back(path + ": only in " + b.path());
  for (const auto& [path, dataset] : left) {
    const auto found = right.find(path);
    if (found == right.end()) {
      lines.push_back(path + ": only in " + a.path());
    } else if (found->second.type != dataset.type || found->second.extent != dataset.extent) {
      lines.push_back(path + ": another shape or type");
    } else {
      const std::uint64_t n = Slab::whole(dataset.extent).n_global(), first = first_difference(a, b, dataset);
      if (first < n) lines.push_back(fmt::format("{}: differs, first at element {} of {}", path, first, n));
    }
  }
  return lines;
}

} // namespace blockspin::app
