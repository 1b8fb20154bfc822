#include "half_row_tables.hpp"

#include <algorithm>
#include <tuple>

#include "blockspin/base/error.hpp"

namespace blockspin::ising {

namespace {

constexpr std::uint64_t sites_per_vector = 1024; // of a row: 512 even and 512 odd

std::size_t index(int axis) { return static_cast<std::size_t>(axis); }

/// Colour of a coordinate along one axis, as in lattice::Geometry::colour.
int axis_colour(std::uint64_t extent, std::uint64_t x) {
  return extent % 2 != 0 && x + 1 == extent ? 2 : static_cast<int>(x % 2);
}

} // namespace

BoxLayout::BoxLayout(const lattice::Domain& domain, const lattice::BoxCounts& box)
    : last_axis(domain.geometry().n_dimensions() - 1) {
  for (int axis = 0; axis <= last_axis; ++axis) {
    const mpi::Range range = domain.range(axis, box[index(axis)]);
    first[index(axis)] = range.first;
    count[index(axis)] = range.size();
    if (axis < last_axis) n_rows *= range.size();
  }
  n_all_rows = n_rows;
  for (int axis = 0; axis < last_axis; ++axis)
    for (std::size_t side = 0; side < 2 && domain.is_divided(axis); ++side) {
      ghost_first[2 * index(axis) + side] = n_all_rows;
      n_all_rows += n_rows / count[index(axis)];
    }
  require(n_all_rows < std::uint64_t{1} << 32, "too many rows on one rank");
  const std::uint64_t begin = first[index(last_axis)], end = begin + count[index(last_axis)];
  first_vector = begin / sites_per_vector;
  n_vectors = (end + sites_per_vector - 1) / sites_per_vector - first_vector;
  stride = 8 * n_vectors + guard;
  words_per_column = domain.is_divided(last_axis) ? (n_rows + 63) / 64 : 0;
  columns = guard + 2 * n_all_rows * stride;
  n_words = columns + 4 * words_per_column;
}

std::uint64_t BoxLayout::row(const lattice::Coordinates& place) const {
  std::uint64_t row = 0;
  for (int axis = 0; axis < last_axis; ++axis) row = row * count[index(axis)] + place[index(axis)];
  return row;
}

lattice::Coordinates BoxLayout::place(std::uint64_t row) const {
  lattice::Coordinates place{};
  for (int axis = last_axis - 1; axis >= 0; --axis) {
    place[index(axis)] = row % count[index(axis)];
    row /= count[index(axis)];
  }
  return place;
}

std::uint64_t BoxLayout::row_in_face(const lattice::Coordinates& place, int axis) const {
  std::uint64_t row = 0;
  for (int other = 0; other < last_axis; ++other)
    if (other != axis) row = row * count[index(other)] + place[index(other)];
  return row;
}

HalfRowGeometry::Tables::Tables(const mpi::Communicator& communicator, const lattice::Domain& division)
    : comm(communicator), domain(division),
      layout(division, {division.box(0), division.box(1), division.box(2)}) {
  fill_places();
  fill_masks();
  fill_tasks();
  fill_wraps();
  if (domain.is_divided()) halo.emplace(comm, layout.n_words, links());
}

void HalfRowGeometry::Tables::fill_places() {
  places.resize(layout.n_rows);
  for (std::uint64_t row = 0; row < layout.n_rows; ++row) {
    const lattice::Coordinates place = layout.place(row);
    std::uint64_t global = 0;
    for (int axis = 0; axis < layout.last_axis; ++axis)
      global = global * domain.geometry().extent(axis) + layout.first[index(axis)] + place[index(axis)];
    places[row].global_row = global;
    for (int axis = 0; axis < layout.last_axis; ++axis)
      for (const bool ahead : {false, true}) {
        const std::uint64_t n = layout.count[index(axis)], x = place[index(axis)];
        const bool at_face = ahead ? x + 1 == n : x == 0;
        lattice::Coordinates next = place;
        next[index(axis)] = ahead ? (x + 1) % n : (x + n - 1) % n;
        const std::uint64_t neighbour = at_face && domain.is_divided(axis)
                                            ? layout.ghost(axis, ahead) + layout.row_in_face(place, axis)
                                            : layout.row(next);
        places[row].neighbour[2 * axis + (ahead ? 1 : 0)] = static_cast<std::uint32_t>(neighbour);
      }
  }
}

void HalfRowGeometry::Tables::fill_masks() {
  const std::uint64_t begin_x = layout.first[index(layout.last_axis)];
  const std::uint64_t end_x = begin_x + layout.count[index(layout.last_axis)];
  const std::uint64_t length = domain.geometry().row_length();
  has_seam = length % 2 != 0 && end_x == length;
  masks = Words(4 * 8 * layout.n_vectors);
  for (std::size_t part = 0; part < n_row_parts; ++part) {
    begin[part] = layout.n_vectors;
    end[part] = 0;
  }
  for (std::uint64_t x = begin_x; x < end_x; ++x) {
    const std::uint64_t i = x / 2 - 512 * layout.first_vector, bit = std::uint64_t{1} << (i % 64);
    const auto set = [&](std::size_t part) { masks[part * 8 * layout.n_vectors + i / 64] |= bit; };
    const std::size_t part = has_seam && x + 1 == length ? std::size_t{seam_site} : x % 2;
    set(part);
    begin[part] = std::min(begin[part], i / 512);
    end[part] = i / 512 + 1;
    if (x % 2 == 0) set(3);
  }
}

void HalfRowGeometry::Tables::fill_tasks() {
  const int n_colours = domain.geometry().n_colours();
  phases.resize(static_cast<std::size_t>(n_colours));
  const auto is_interior = [&](std::uint64_t row) {
    if (domain.is_divided(layout.last_axis)) return false;
    for (int n = 0; n < 2 * layout.last_axis; ++n)
      if (places[row].neighbour[n] >= layout.n_rows) return false;
    return true;
  };
  for (const bool interior : {true, false})
    for (std::uint64_t row = 0; row < layout.n_rows; ++row) {
      if (is_interior(row) != interior) continue;
      const lattice::Coordinates place = layout.place(row);
      int colour = 0;
      for (int axis = 0; axis < layout.last_axis; ++axis)
        colour += axis_colour(domain.geometry().extent(axis), layout.first[index(axis)] + place[index(axis)]);
      for (std::uint32_t part = 0; part < (has_seam ? 3U : 2U); ++part) {
        Phase& phase = phases[static_cast<std::size_t>((colour + static_cast<int>(part)) % n_colours)];
        phase.tasks.push_back({static_cast<std::uint32_t>(row), part});
        phase.n_interior += interior ? 1 : 0;
      }
    }
}

/// Even sites look back to the odd site before the first; odd sites look on to the even site after the last;
/// so does the seam, where the odd half row's bit beyond the end stands for the first site.
void HalfRowGeometry::Tables::fill_wraps() {
  const std::uint64_t length = domain.geometry().row_length();
  const std::uint64_t begin_x = layout.first[index(layout.last_axis)];
  const std::uint64_t end_x = begin_x + layout.count[index(layout.last_axis)];
  const std::uint64_t origin = 512 * layout.first_vector;
  const bool divided = domain.is_divided(layout.last_axis);
  const auto wrap = [&](std::int64_t target, std::uint64_t source_x, int column) {
    const std::uint64_t source = source_x / 2 - (divided ? source_x / 2 : origin);
    const std::int64_t word = target >= 0 ? target / 64 : -1;
    return std::pair{WrapBit{word, static_cast<int>(target - 64 * word),
                             static_cast<std::uint32_t>(source_x % 2), source / 64,
                             static_cast<int>(source % 64), nullptr},
                     divided ? column : -1};
  };
  const auto before = static_cast<std::int64_t>(begin_x / 2 - origin) - 1;
  const auto after = static_cast<std::int64_t>(end_x / 2 - origin);
  std::tie(wraps[even_sites], wrap_column[even_sites]) = wrap(before, (begin_x + length - 1) % length, 2);
  std::tie(wraps[odd_sites], wrap_column[odd_sites]) = wrap(after, end_x % length, 3);
  if (!has_seam) return;
  std::tie(wraps[seam_site], wrap_column[seam_site]) = wrap(after, 0, 3);
  // With a seam the even site after the last odd one is the seam itself: its bit is there already.
  wraps[odd_sites] = {after / 64,
                      static_cast<int>(after % 64),
                      0,
                      static_cast<std::uint64_t>(after / 64),
                      static_cast<int>(after % 64),
                      nullptr};
  wrap_column[odd_sites] = -1;
}

std::vector<lattice::Link> HalfRowGeometry::Tables::links() const {
  std::vector<lattice::Link> links;
  for (int axis = 0; axis <= layout.last_axis; ++axis)
    for (const bool ahead : {false, true}) {
      if (!domain.is_divided(axis)) continue;
      const int rank = domain.neighbour(axis, ahead), n = domain.n_boxes(axis);
      lattice::BoxCounts box{domain.box(0), domain.box(1), domain.box(2)};
      box[index(axis)] = (box[index(axis)] + (ahead ? 1 : n - 1)) % n;
      const BoxLayout other(domain, box);
      if (axis == layout.last_axis) {
        for (std::uint64_t w = 0; w < layout.words_per_column; ++w)
          links.push_back({layout.column(ahead ? 3 : 2) + w, rank, other.column(ahead ? 0 : 1) + w});
        continue;
      }
      const std::uint64_t n_face = layout.n_rows / layout.count[index(axis)];
      for (std::uint64_t row = 0; row < layout.n_rows; ++row) {
        lattice::Coordinates place = layout.place(row);
        if (place[index(axis)] != 0) continue;
        const std::uint64_t in_face = layout.row_in_face(place, axis);
        require(in_face < n_face, "a face has fewer rows than it counts");
        place[index(axis)] = ahead ? 0 : other.count[index(axis)] - 1;
        for (const std::uint64_t half : {0U, 1U})
          for (std::uint64_t w = 0; w < 8 * layout.n_vectors; ++w)
            links.push_back({layout.half_row(layout.ghost(axis, ahead) + in_face, half) + w, rank,
                             other.half_row(other.row(place), half) + w});
      }
    }
  return links;
}

} // namespace blockspin::ising
