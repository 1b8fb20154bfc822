#pragma once
// Dividing one lattice over the ranks of a communicator: a box of sites for each rank.

#include <array>
#include <cstdint>

#include "blockspin/base/slab.hpp"
#include "blockspin/lattice/geometry.hpp"
#include "blockspin/mpi/communicator.hpp"

namespace blockspin::lattice {

/// Number of boxes along each axis; 1 beyond the lattice's dimension.
using BoxCounts = std::array<int, max_dimensions>;

/// The last axis is cut at multiples of this many sites.
inline constexpr std::uint64_t cut_sites = 64;

/// Which sites each rank holds: a grid of boxes, ranks in row-major order of boxes. The grid and its
/// neighbours are those of a periodic PETSc DMDA with one point a box. A value; construction is collective.
class Domain {
public:
  /// comm.size() is the number of boxes. Throws ErrorKind::setting where an axis has fewer rows (the last:
  /// pieces of 64 sites) than boxes.
  Domain(const mpi::Communicator& comm, const Geometry& geometry, const BoxCounts& n_boxes);

  const Geometry& geometry() const { return geometry_; }
  int n_boxes(int axis) const { return n_boxes_[static_cast<std::size_t>(axis)]; }
  bool is_divided(int axis) const { return n_boxes(axis) > 1; }
  bool is_divided() const;
  /// This rank's box: its place in the grid, and the sites it holds along an axis.
  int box(int axis) const { return box_[static_cast<std::size_t>(axis)]; }
  mpi::Range range(int axis) const { return range(axis, box(axis)); }
  /// The sites along an axis of any box in the grid.
  mpi::Range range(int axis, int box) const;
  /// Rank of the box next to this one along an axis, around the end.
  int neighbour(int axis, bool ahead) const {
    return neighbours_[static_cast<std::size_t>(2 * axis + (ahead ? 1 : 0))];
  }

private:
  Geometry geometry_;
  BoxCounts n_boxes_;
  BoxCounts box_{};
  std::array<int, 2 * max_dimensions> neighbours_{};
};

/// The whole lattice in natural order, 64 sites of a row a word: [leading extents ..., words a row].
Slab natural_shape(const Geometry& geometry);

/// Whether the grid can divide the lattice.
bool can_divide(const Geometry& geometry, const BoxCounts& n_boxes);
/// A grid of n boxes with little surface, cut along the leading axes first: communication of whole rows hides
/// behind the update of the others. All zeros where n boxes cannot be had.
BoxCounts best_boxes(const Geometry& geometry, int n);

} // namespace blockspin::lattice
