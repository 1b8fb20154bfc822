#include "blockspin/lattice/domain.hpp"

#include <petscdmda.h>

#include "blockspin/base/error.hpp"
#include "blockspin/petsc/check.hpp"
#include "blockspin/petsc/handle.hpp"

namespace blockspin::lattice {

namespace {

using Grid = petsc::Handle<DM, DMDestroy>;

std::size_t index(int axis) { return static_cast<std::size_t>(axis); }

/// Pieces an axis can be cut into at most; a single site left over joins the last piece, so that no box holds
/// only the site where an odd row closes.
std::uint64_t n_pieces(const Geometry& geometry, int axis) {
  const std::uint64_t n = geometry.extent(axis);
  return axis + 1 == geometry.n_dimensions() ? (n + cut_sites - 2) / cut_sites : n;
}

/// A periodic grid with one point a rank. PETSc's x axis runs fastest, as our last one does.
Grid make_grid(const mpi::Communicator& comm, int n_dimensions, const BoxCounts& n) {
  Grid grid;
  const int last = n_dimensions - 1;
  const auto boxes = [&](int from_last) { return from_last <= last ? n[index(last - from_last)] : 1; };
  constexpr auto around = DM_BOUNDARY_PERIODIC;
  BLOCKSPIN_PETSC(DMDACreate3d(comm.handle(), around, around, around, DMDA_STENCIL_STAR, boxes(0), boxes(1),
                               boxes(2), boxes(0), boxes(1), boxes(2), 1, 1, nullptr, nullptr, nullptr,
                               grid.out()));
  BLOCKSPIN_PETSC(DMSetUp(grid));
  return grid;
}

} // namespace

Slab natural_shape(const Geometry& geometry) {
  std::vector<std::uint64_t> extent = geometry.extents();
  extent.back() = (extent.back() + 63) / 64;
  return Slab::whole(extent);
}

bool can_divide(const Geometry& geometry, const BoxCounts& n_boxes) {
  for (int axis = 0; axis < max_dimensions; ++axis) {
    const int n = n_boxes[index(axis)];
    if (n < 1 ||
        (axis >= geometry.n_dimensions() ? n != 1 : static_cast<std::uint64_t>(n) > n_pieces(geometry, axis)))
      return false;
  }
  return true;
}

BoxCounts best_boxes(const Geometry& geometry, int n) {
  const int last = geometry.n_dimensions() - 1;
  BoxCounts best{};
  double least = -1.0;
  for (int a = 1; a <= n; ++a)
    for (int b = 1; a * b <= n; ++b) {
      if (n % (a * b) != 0) continue;
      BoxCounts boxes{1, 1, 1};
      const int counts[3] = {a, b, n / (a * b)};
      bool fits = true;
      for (int i = 0; i < max_dimensions; ++i)
        if (i <= last)
          boxes[index(i)] = counts[i];
        else
          fits = fits && counts[i] == 1;
      if (!fits || !can_divide(geometry, boxes)) continue;
      // Sites on the faces of all boxes; columns of single bits cost more than rows and hide behind nothing.
      double surface = 0.0;
      for (int axis = 0; axis <= last; ++axis)
        if (boxes[index(axis)] > 1)
          surface += boxes[index(axis)] * static_cast<double>(geometry.n_sites() / geometry.extent(axis)) *
                     (axis == last ? 8.0 : 1.0);
      if (least >= 0.0 && surface >= least) continue;
      least = surface;
      best = boxes;
    }
  return best;
}

Domain::Domain(const mpi::Communicator& comm, const Geometry& geometry, const BoxCounts& n_boxes)
    : geometry_(geometry), n_boxes_(n_boxes) {
  if (!can_divide(geometry, n_boxes) || n_boxes[0] * n_boxes[1] * n_boxes[2] != comm.size())
    throw Error(ErrorKind::setting,
                "the lattice cannot be divided so: the last axis is cut at multiples of 64 sites");
  const int last = geometry.n_dimensions() - 1;
  const Grid grid = make_grid(comm, geometry.n_dimensions(), n_boxes);
  PetscInt corner[3] = {};
  BLOCKSPIN_PETSC(DMDAGetCorners(grid, &corner[0], &corner[1], &corner[2], nullptr, nullptr, nullptr));
  const PetscMPIInt* around = nullptr; // 27 ranks, x fastest, this one in the middle
  BLOCKSPIN_PETSC(DMDAGetNeighbors(grid, &around));
  constexpr int middle = 13, steps[3] = {1, 3, 9};
  for (int axis = 0; axis <= last; ++axis) {
    box_[index(axis)] = static_cast<int>(corner[last - axis]);
    neighbours_[index(2 * axis)] = around[middle - steps[last - axis]];
    neighbours_[index(2 * axis + 1)] = around[middle + steps[last - axis]];
  }
}

bool Domain::is_divided() const { return n_boxes_[0] * n_boxes_[1] * n_boxes_[2] > 1; }

mpi::Range Domain::range(int axis, int box) const {
  mpi::Range range = mpi::block_range(n_pieces(geometry_, axis), box, n_boxes(axis));
  if (axis + 1 == geometry_.n_dimensions())
    range = {range.first * cut_sites,
             box + 1 == n_boxes(axis) ? geometry_.extent(axis) : range.last * cut_sites};
  return range;
}

} // namespace blockspin::lattice
