#include "blockspin/ising/row_spins.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "blockspin/base/error.hpp"
#include "blockspin/base/packed.hpp"

namespace blockspin::ising {
namespace {

/// 64 sites from site x of a row on, wrapped into the word that holds them: bit b is the neighbour of bit b
/// one step ahead within the row; `beyond` is what follows the last site.
std::uint64_t ahead_in_row(std::span<const std::uint64_t> row, std::size_t w, std::uint64_t beyond,
                           int last_bit) {
  const std::uint64_t next = w + 1 < row.size() ? row[w + 1] << 63 : beyond << last_bit;
  return row[w] >> 1 | next;
}

} // namespace

RowBlock RowBlock::whole(const lattice::Geometry& geometry) {
  RowBlock block{geometry, {}, {1, 1, 1}, {}, {}};
  std::copy(geometry.extents().begin(), geometry.extents().end(), block.count.begin());
  return block;
}

RowBlock RowBlock::of(const lattice::Domain& domain) {
  RowBlock block = whole(domain.geometry());
  for (int axis = 0; axis < block.geometry.n_dimensions(); ++axis) {
    const auto a = static_cast<std::size_t>(axis);
    block.first[a] = domain.range(axis).first;
    block.count[a] = domain.range(axis).size();
    block.backward[a] = domain.neighbour(axis, false);
    block.forward[a] = domain.neighbour(axis, true);
  }
  return block;
}

bool RowBlock::is_divided() const {
  for (int axis = 0; axis < geometry.n_dimensions(); ++axis)
    if (is_divided(axis)) return true;
  return false;
}

std::uint64_t RowBlock::n_rows() const {
  std::uint64_t n = 1;
  for (int axis = 0; axis < last_axis(); ++axis) n *= count[static_cast<std::size_t>(axis)];
  return n;
}

std::uint64_t RowBlock::stride(int axis) const {
  std::uint64_t rows = 1;
  for (int other = axis + 1; other < last_axis(); ++other) rows *= count[static_cast<std::size_t>(other)];
  return rows;
}

Slab RowBlock::slab() const {
  Slab slab{geometry.extents(), {}, {}};
  for (std::size_t axis = 0; axis < slab.extent.size(); ++axis) {
    slab.offset.push_back(first[axis]);
    slab.count.push_back(count[axis]);
  }
  slab.extent.back() = (slab.extent.back() + 63) / 64;
  slab.offset.back() /= 64;
  slab.count.back() = words_per_row();
  return slab;
}

std::uint64_t RowBlock::global_row(std::uint64_t row) const {
  std::uint64_t global = 0;
  for (int axis = 0; axis < last_axis(); ++axis)
    global = global * geometry.extent(axis) + first[static_cast<std::size_t>(axis)] + place(row, axis);
  return global;
}

RowSpins::RowSpins(RowBlock block)
    : block_(std::move(block)), words_per_row_(block_.words_per_row()),
      words_(block_.n_rows() * words_per_row_) {}

void RowSpins::randomise(const rng::Generator& generator, std::uint64_t sequence) {
  const std::uint64_t row_words = (block_.geometry.row_length() + 63) / 64;
  const std::uint64_t first_word = block_.first[static_cast<std::size_t>(block_.last_axis())] / 64;
  for (std::uint64_t r = 0; r < block_.n_rows(); ++r) {
    generator.words(sequence, block_.global_row(r) * row_words + first_word, row(r));
    row(r).back() &= block_.last_mask();
  }
}

void RowSpins::turn_over() {
  for (std::uint64_t& word : words()) word = ~word;
  for (std::uint64_t r = 0; r < block_.n_rows(); ++r) row(r).back() &= block_.last_mask();
}

std::vector<std::uint64_t> low_face(const RowSpins& spins, int axis) {
  const RowBlock& block = spins.block();
  std::vector<std::uint64_t> face;
  for (std::uint64_t r = 0; r < block.n_rows(); ++r) {
    const auto row = spins.row(r);
    if (axis == block.last_axis())
      face.push_back(row[0] & 1);
    else if (block.place(r, axis) == 0)
      face.insert(face.end(), row.begin(), row.end());
  }
  return face;
}

std::vector<std::uint64_t> from_ahead(const mpi::Communicator& comm, const RowBlock& block, int axis,
                                      std::span<const std::uint64_t> mine) {
  if (!block.is_divided(axis)) return {mine.begin(), mine.end()};
  const auto a = static_cast<std::size_t>(axis);
  std::vector<std::uint64_t> theirs(mine.size());
  comm.exchange(mine, block.backward[a], std::span(theirs), block.forward[a]);
  return theirs;
}

BoxCounts RowSpins::count(const mpi::Communicator& comm) const {
  BoxCounts counts;
  const int last = block_.last_axis(), last_bit = static_cast<int>((block_.row_length() - 1) % 64);
  const auto popcount = [](std::uint64_t word) { return static_cast<std::uint64_t>(std::popcount(word)); };
  for (const std::uint64_t word : words()) counts.up += popcount(word);
  const auto right = from_ahead(comm, block_, last, low_face(*this, last));
  for (std::uint64_t r = 0; r < block_.n_rows(); ++r)
    for (std::size_t w = 0; w < words_per_row_; ++w)
      counts.antiparallel += popcount(row(r)[w] ^ ahead_in_row(row(r), w, right[r], last_bit));
  for (int axis = 0; axis < last; ++axis) {
    const auto ahead = from_ahead(comm, block_, axis, low_face(*this, axis));
    std::size_t face_row = 0;
    for (std::uint64_t r = 0; r < block_.n_rows(); ++r) {
      const bool at_end = block_.place(r, axis) + 1 == block_.count[static_cast<std::size_t>(axis)];
      const std::uint64_t* next =
          at_end ? &ahead[words_per_row_ * face_row++] : row(r + block_.stride(axis)).data();
      for (std::size_t w = 0; w < words_per_row_; ++w) counts.antiparallel += popcount(row(r)[w] ^ next[w]);
    }
  }
  return counts;
}

void RowSpins::pack(std::span<std::uint8_t> out) const {
  for (std::uint64_t r = 0; r < block_.n_rows(); ++r) {
    const std::uint64_t first_site = block_.global_site(r, 0);
    for (std::uint64_t x = 0; x < block_.row_length(); x += 64)
      set_sites(out, first_site + x, row(r)[x / 64],
                static_cast<unsigned>(std::min<std::uint64_t>(block_.row_length() - x, 64)));
  }
}

} // namespace blockspin::ising
