#include <algorithm>
#include <functional>
#include <numeric>

#include "blockspin/base/packed.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/stages/import.hpp"

namespace blockspin::stages {

namespace {

using Extent = std::vector<std::uint64_t>;

std::uint64_t product(std::span<const std::uint64_t> extent) {
  return std::accumulate(extent.begin(), extent.end(), std::uint64_t{1}, std::multiplies<>());
}

/// Axes, the last ones, that make one configuration; 0 where none do.
std::size_t n_axes_of_configuration(const Extent& extent, const Extent& sites, bool packed) {
  if (extent.size() < 2) return 0;
  if (sites.empty()) return 1;
  const std::uint64_t n_sites = product(sites);
  if (extent.back() == (packed ? packed_bytes(n_sites) : n_sites)) return 1;
  const bool whole =
      !packed && extent.size() > sites.size() && std::equal(sites.rbegin(), sites.rend(), extent.rbegin());
  return whole ? sites.size() : 0;
}

std::string wrong_shape(const Extent& extent, const Extent& sites, bool packed) {
  const std::string shape = "the numbers' shape is " + tables::shape_text(extent) + ", which is ";
  if (sites.empty()) return shape + "neither [configuration, unit] nor [temperature, configuration, unit]";
  const std::string row = packed ? std::to_string(packed_bytes(product(sites))) + " bytes"
                                 : std::to_string(product(sites)) + " units";
  return shape + "not that of configurations of a lattice " + tables::shape_text(sites) + ", each of " + row;
}

std::string wrong_numbers(const ImportLayout& layout, const Extent& extent, std::uint64_t n_temperatures,
                          bool labelled) {
  if (n_temperatures == 0) return {};
  const std::string temperatures = std::to_string(n_temperatures) + " temperatures";
  if (layout.n_leading == 2 && extent.front() != n_temperatures && !labelled)
    return "its first axis has " + std::to_string(extent.front()) + " entries, and there are " + temperatures;
  if (layout.n_rows % n_temperatures != 0)
    return std::to_string(layout.n_rows) + " configurations are not equally many at each of " + temperatures;
  return {};
}

} // namespace

ImportLayout import_layout(const Extent& extent, const Extent& sites, bool packed,
                           std::uint64_t n_temperatures, bool labelled) {
  ImportLayout layout;
  if (extent.empty() || product(extent) == 0) {
    layout.problem = "holds no configurations: its shape is " + tables::shape_text(extent);
    return layout;
  }
  const std::size_t n_trailing = n_axes_of_configuration(extent, sites, packed);
  layout.n_leading = extent.size() - n_trailing;
  if (n_trailing == 0 || layout.n_leading == 0 || layout.n_leading > 2) {
    layout.problem = wrong_shape(extent, sites, packed);
    layout.n_leading = 1;
    return layout;
  }
  layout.n_rows = product(std::span(extent).first(layout.n_leading));
  layout.row_length = product(std::span(extent).subspan(layout.n_leading));
  layout.n_sites = !sites.empty() ? product(sites) : packed ? 8 * layout.row_length : layout.row_length;
  layout.n_classes = std::max<std::uint64_t>(1, n_temperatures);
  layout.problem = wrong_numbers(layout, extent, n_temperatures, labelled);
  return layout;
}

} // namespace blockspin::stages
