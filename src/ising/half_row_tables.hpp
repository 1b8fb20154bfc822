#pragma once
// The index work behind half rows: buffer layout, neighbours, tasks, masks, wraps and links between boxes.

#include <optional>
#include <vector>

#include "blockspin/ising/half_rows.hpp"
#include "blockspin/lattice/halo.hpp"
#include "half_row_kernels.hpp"

namespace blockspin::ising {

/// Sizes and offsets of one box's buffer: guard, half rows, ghost half rows, columns.
struct BoxLayout {
  BoxLayout(const lattice::Domain& domain, const lattice::BoxCounts& box);

  /// Row of the box at these places along the leading axes, and back.
  std::uint64_t row(const lattice::Coordinates& place) const;
  lattice::Coordinates place(std::uint64_t row) const;
  /// Number of the first ghost row on a face, and of a row among those of the face.
  std::uint64_t ghost(int axis, bool ahead) const {
    return ghost_first[static_cast<std::size_t>(2 * axis + (ahead ? 1 : 0))];
  }
  std::uint64_t row_in_face(const lattice::Coordinates& place, int axis) const;
  std::uint64_t half_row(std::uint64_t row, std::uint64_t half) const {
    return guard + (2 * row + half) * stride;
  }
  /// First word of a column of one bit a row: 0, 1 own first and last sites; 2, 3 copies
  /// of those behind and ahead.
  std::uint64_t column(int number) const {
    return columns + static_cast<std::uint64_t>(number) * words_per_column;
  }

  static constexpr std::uint64_t guard = 8;
  int last_axis;
  lattice::Coordinates first{}, count{};
  std::uint64_t n_rows = 1, n_all_rows = 1;
  std::uint64_t first_vector, n_vectors, stride;
  std::uint64_t ghost_first[2 * lattice::max_dimensions] = {};
  std::uint64_t columns, words_per_column, n_words;
};

struct HalfRowGeometry::Tables {
  Tables(const mpi::Communicator& communicator, const lattice::Domain& division);

  const mpi::Communicator& comm;
  lattice::Domain domain;
  BoxLayout layout;
  std::vector<RowPlace> places;
  /// Tasks of each colour: rows that need no other rank's spins first, `n_interior` of them.
  struct Phase {
    std::vector<RowTask> tasks;
    std::uint64_t n_interior = 0;
  };
  std::vector<Phase> phases;
  Words masks; ///< [part, or 3 for all even sites][8 n_vectors]
  std::uint64_t begin[n_row_parts], end[n_row_parts];
  WrapBit wraps[n_row_parts];                  ///< `column` is filled in for each buffer
  int wrap_column[n_row_parts] = {-1, -1, -1}; ///< which column, or -1
  bool has_seam = false;                       ///< this box holds the last site of odd rows
  std::optional<lattice::Halo> halo;

  const std::uint64_t* mask(std::size_t part) const { return masks.data() + part * 8 * layout.n_vectors; }
  /// Which words of ghost rows and columns are copies of which words of other boxes. Local.
  std::vector<lattice::Link> links() const;

private:
  void fill_places();
  void fill_tasks();
  void fill_masks();
  void fill_wraps();
};

} // namespace blockspin::ising
