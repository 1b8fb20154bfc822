#include "blockspin/replica/rank_layout.hpp"

#include <algorithm>

#include "blockspin/base/error.hpp"

namespace blockspin::replica {

namespace {

/// Below this many sites a rank, the halo exchange costs more than the help is worth.
constexpr std::uint64_t least_sites_per_rank = std::uint64_t{1} << 18;

[[noreturn]] void reject(const std::string& message) { throw Error(ErrorKind::setting, message); }

lattice::BoxCounts requested_boxes(const lattice::Geometry& geometry,
                                   const std::vector<std::uint64_t>& values, int n_ranks) {
  if (values.size() != 1 && values.size() != geometry.extents().size())
    reject("one number of domains for each axis, or one count");
  std::uint64_t n = 1;
  for (const std::uint64_t value : values) {
    if (value > static_cast<std::uint64_t>(n_ranks) || (n *= value) > static_cast<std::uint64_t>(n_ranks))
      reject("more domains than there are ranks, " + std::to_string(n_ranks));
  }
  lattice::BoxCounts boxes{1, 1, 1};
  if (values.size() == 1 && geometry.n_dimensions() > 1) {
    boxes = best_boxes(geometry, static_cast<int>(n));
  } else {
    for (std::size_t axis = 0; axis < values.size(); ++axis) boxes[axis] = static_cast<int>(values[axis]);
  }
  if (!can_divide(geometry, boxes))
    reject("a lattice of " + geometry.name() +
           " cannot be cut so: at most one domain a row, and for the last axis one for each 64 sites");
  return boxes;
}

/// The most domains that help: ranks that have no walker of their own join in, while
/// their part is large enough.
lattice::BoxCounts automatic_boxes(const lattice::Geometry& geometry, std::uint64_t n_walkers, int n_ranks) {
  const auto spare = static_cast<std::uint64_t>(n_ranks) / std::max<std::uint64_t>(n_walkers, 1);
  for (std::uint64_t n = std::min(spare, geometry.n_sites() / least_sites_per_rank); n > 1; --n) {
    const lattice::BoxCounts boxes = best_boxes(geometry, static_cast<int>(n));
    if (can_divide(geometry, boxes)) return boxes;
  }
  return {1, 1, 1};
}

std::string describe(const RankLayout& layout, std::uint64_t n_walkers, int n_ranks, const std::string& why) {
  std::string text = std::to_string(n_walkers) + " lattices over " + std::to_string(layout.n_groups) +
                     " group" + (layout.n_groups == 1 ? "" : "s") + " of " +
                     std::to_string(layout.ranks_per_group()) + " rank" +
                     (layout.ranks_per_group() == 1 ? "" : "s") + " (" + why + ")";
  if (layout.n_idle > 0)
    text +=
        "; " + std::to_string(layout.n_idle) + " of " + std::to_string(n_ranks) + " ranks have nothing to do";
  return text;
}

} // namespace

RankLayout plan_ranks(const lattice::Geometry& geometry, std::uint64_t n_walkers, int n_ranks,
                      const std::optional<DomainRequest>& request, bool needs_whole_lattice) {
  RankLayout layout;
  std::string why = "as asked for";
  if (request) {
    layout.boxes = requested_boxes(geometry, request->values, n_ranks);
    if (needs_whole_lattice && layout.ranks_per_group() > 1)
      reject("Wolff's update needs its lattice on one rank; Swendsen-Wang can be divided");
  } else if (!needs_whole_lattice) {
    layout.boxes = automatic_boxes(geometry, n_walkers, n_ranks);
    why = layout.ranks_per_group() > 1 ? "more ranks than lattices, and a lattice large enough to divide"
                                       : "whole lattices need no communication";
  } else {
    why = "Wolff's update needs its lattice on one rank";
  }
  const auto most = static_cast<std::uint64_t>(n_ranks / layout.ranks_per_group());
  layout.n_groups = static_cast<int>(std::min(most, std::max<std::uint64_t>(n_walkers, 1)));
  layout.n_idle = n_ranks - layout.n_groups * layout.ranks_per_group();
  layout.reason = describe(layout, n_walkers, n_ranks, why);
  return layout;
}

} // namespace blockspin::replica
