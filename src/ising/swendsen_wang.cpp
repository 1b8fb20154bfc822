#include "blockspin/ising/swendsen_wang.hpp"

#include <algorithm>

#include "blockspin/base/error.hpp"
#include "bond_bits.hpp"
#include "cluster_merge.hpp"
#include "run_labels.hpp"

namespace blockspin::ising {
namespace {

/// Where neighbouring spins of a row are parallel: bit x compares x and x + 1;
/// `beyond` follows the last site.
void parallel_in_row(std::span<const std::uint64_t> row, std::uint64_t beyond, std::uint64_t n_sites,
                     std::span<std::uint64_t> out) {
  for (std::size_t w = 0; w < row.size(); ++w) {
    const std::uint64_t next = w + 1 < row.size() ? row[w + 1] << 63 : beyond << ((n_sites - 1) % 64);
    out[w] = ~(row[w] ^ (row[w] >> 1 | next));
  }
}

using Decided = std::vector<std::pair<std::uint32_t, bool>>;

} // namespace

/// One sweep's steps, in the order they are called.
struct SwendsenWang::Workspace {
  explicit Workspace(const RowBlock& whose)
      : block(whose), labels(block), candidates(block.words_per_row()), bonds(block.words_per_row()) {}

  RowBlock block;
  RunLabels labels;
  std::vector<std::uint64_t> candidates, bonds; ///< of one row
  std::vector<std::uint8_t> last_bond;          ///< [row]: the bond ahead of its last site
  /// Bonds from the block's last rows along a divided axis to the rank ahead.
  struct CrossRow {
    int axis;
    std::uint64_t row;
    std::vector<std::uint64_t> bonds;
  };
  std::vector<CrossRow> cross_rows;

  void label_runs(const RowSpins& spins, BondBits& draw, const mpi::Communicator& comm);
  void join_within_rows();
  void join_rows(const RowSpins& spins, int axis, BondBits& draw, const mpi::Communicator& comm);
  std::vector<std::uint64_t> low_face_names(int axis);
  std::vector<CrossBond> cross_bonds(const mpi::Communicator& comm);
  Decided decide(const std::map<std::uint64_t, std::uint64_t>& merged, const ClusterStream& random);
  std::uint64_t cluster_name(std::uint64_t row, std::uint64_t x) {
    const RunStart start = labels.start_of(labels.root(labels.run(row, x)));
    return block.global_site(start.row, start.x);
  }
};

void SwendsenWang::Workspace::label_runs(const RowSpins& spins, BondBits& draw,
                                         const mpi::Communicator& comm) {
  const int last = block.last_axis();
  const auto right = from_ahead(comm, block, last, low_face(spins, last));
  last_bond.assign(block.n_rows(), 0);
  for (std::uint64_t row = 0; row < block.n_rows(); ++row) {
    parallel_in_row(spins.row(row), right[row], block.row_length(), candidates);
    candidates.back() &= block.last_mask();
    draw.draw(row, last, candidates, bonds);
    last_bond[row] = static_cast<std::uint8_t>(bonds.back() >> ((block.row_length() - 1) % 64) & 1);
    const auto starts = labels.starts(row);
    std::uint64_t carry = 0;
    for (std::size_t w = 0; w < bonds.size(); ++w) {
      starts[w] = ~(bonds[w] << 1 | carry);
      carry = bonds[w] >> 63;
    }
    starts.back() &= block.last_mask();
  }
  labels.number();
}

void SwendsenWang::Workspace::join_within_rows() {
  if (block.is_divided(block.last_axis())) return; // these bonds cross a cut
  for (std::uint64_t row = 0; row < block.n_rows(); ++row)
    if (last_bond[row]) labels.join(labels.run(row, 0), labels.run(row, block.row_length() - 1));
}

void SwendsenWang::Workspace::join_rows(const RowSpins& spins, int axis, BondBits& draw,
                                        const mpi::Communicator& comm) {
  const auto ahead = from_ahead(comm, block, axis, low_face(spins, axis));
  const std::uint64_t* next_face_row = ahead.data();
  for (std::uint64_t row = 0; row < block.n_rows(); ++row) {
    const bool at_end = block.place(row, axis) + 1 == block.count[static_cast<std::size_t>(axis)];
    const std::uint64_t* other = at_end ? next_face_row : spins.row(block.next_row(row, axis)).data();
    if (at_end) next_face_row += bonds.size();
    const auto words = spins.row(row);
    for (std::size_t w = 0; w < words.size(); ++w) candidates[w] = ~(words[w] ^ other[w]);
    candidates.back() &= block.last_mask();
    draw.draw(row, axis, candidates, bonds);
    if (at_end && block.is_divided(axis))
      cross_rows.push_back({axis, row, bonds});
    else
      labels.join_rows(row, block.next_row(row, axis), bonds);
  }
}

/// The names of the clusters at the low face: along the last axis one a row, else of every site of the rows
/// at place 0.
std::vector<std::uint64_t> SwendsenWang::Workspace::low_face_names(int axis) {
  std::vector<std::uint64_t> names;
  for (std::uint64_t row = 0; row < block.n_rows(); ++row) {
    const bool along_row = axis == block.last_axis();
    if (!along_row && block.place(row, axis) != 0) continue;
    for (std::uint64_t x = 0; x < (along_row ? 1 : block.row_length()); ++x)
      names.push_back(cluster_name(row, x));
  }
  return names;
}

std::vector<CrossBond> SwendsenWang::Workspace::cross_bonds(const mpi::Communicator& comm) {
  std::vector<CrossBond> crossing;
  for (int axis = 0; axis < block.geometry.n_dimensions(); ++axis) {
    if (!block.is_divided(axis)) continue;
    const auto ahead = from_ahead(comm, block, axis, low_face_names(axis));
    if (axis == block.last_axis()) {
      for (std::uint64_t row = 0; row < block.n_rows(); ++row)
        if (last_bond[row]) crossing.push_back({cluster_name(row, block.row_length() - 1), ahead[row]});
      continue;
    }
    std::size_t face_row = 0;
    for (const CrossRow& cross : cross_rows) {
      if (cross.axis != axis) continue;
      for (std::uint64_t x = 0; x < block.row_length(); ++x)
        if (cross.bonds[x / 64] >> (x % 64) & 1)
          crossing.push_back({cluster_name(cross.row, x), ahead[face_row * block.row_length() + x]});
      ++face_row;
    }
  }
  return crossing;
}

/// Whether each of this block's parts of crossing clusters turns: by the random bit of the
/// whole cluster's first site.
Decided SwendsenWang::Workspace::decide(const std::map<std::uint64_t, std::uint64_t>& merged,
                                        const ClusterStream& random) {
  const std::uint64_t length = block.geometry.row_length(), row_words = (length + 63) / 64;
  Decided decided;
  for (const auto& [part, whole] : merged) {
    lattice::Coordinates at = block.geometry.coordinates(part);
    bool here = true;
    for (std::size_t axis = 0; axis < at.size(); ++axis) {
      at[axis] -= block.first[axis]; // wraps to a large number where the site is behind the block
      here = here && at[axis] < block.count[axis];
    }
    if (!here) continue;
    std::uint64_t row = 0;
    for (int axis = 0; axis < block.last_axis(); ++axis)
      row += at[static_cast<std::size_t>(axis)] * block.stride(axis);
    const std::uint64_t x = whole % length;
    const std::uint64_t coins = random.generator.word(random.flip(), whole / length * row_words + x / 64);
    decided.emplace_back(labels.run(row, at[static_cast<std::size_t>(block.last_axis())]),
                         coins >> (x % 64) & 1);
  }
  std::sort(decided.begin(), decided.end());
  return decided;
}

SwendsenWang::SwendsenWang(const RowBlock& block) : work_(std::make_unique<Workspace>(block)) {}
SwendsenWang::~SwendsenWang() = default;
SwendsenWang::SwendsenWang(SwendsenWang&&) noexcept = default;
SwendsenWang& SwendsenWang::operator=(SwendsenWang&&) noexcept = default;

void SwendsenWang::sweep(RowSpins& spins, double temperature, const ClusterStream& random,
                         const mpi::Communicator& comm) {
  Workspace& work = *work_;
  BondBits draw(work.block, bond_threshold(temperature), random);
  work.cross_rows.clear();
  work.label_runs(spins, draw, comm);
  work.join_within_rows();
  for (int axis = 0; axis < work.block.last_axis(); ++axis) work.join_rows(spins, axis, draw, comm);
  Decided decided;
  if (work.block.is_divided()) decided = work.decide(merged_clusters(comm, work.cross_bonds(comm)), random);
  work.labels.turn(spins, random, decided);
}

} // namespace blockspin::ising
