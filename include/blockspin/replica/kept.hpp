#pragma once
// Configurations kept for the archive, until they are written.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/replica/ensemble.hpp"

namespace blockspin::replica {

/// Rows of one temperature, in the order of their index.
struct KeptRows {
  mpi::Range range;                   ///< indices of this rank's rows
  std::vector<std::uint8_t> packed;   ///< [row][packed bytes]
  std::vector<Reading> readings;      ///< [row]
  std::vector<std::uint32_t> replica; ///< [row]
};

/// A rank's part of some indices: ranges are consecutive. Local.
mpi::Range part_of(const mpi::Range& indices, int rank, int n_ranks);

/// This rank's share of the kept configurations: in whatever order and on whatever rank they came to be.
/// Memory: packed_bytes + 32 each, in pieces that never move.
class KeptConfigurations {
public:
  explicit KeptConfigurations(std::size_t packed_bytes);

  /// `index` < 2^40: which of its temperature's configurations this is.
  void add(const KeptConfiguration& configuration, std::uint64_t index);
  std::size_t size() const { return rows_.size(); }

  /// Collective: the configurations `indices` of one temperature, divided over the ranks in consecutive
  /// ranges. Needs memory for the result, and where they come from or go to other ranks for two copies more.
  KeptRows collect(const mpi::Communicator& comm, std::size_t temperature, mpi::Range indices) const;
  /// All n of a temperature.
  KeptRows collect(const mpi::Communicator& comm, std::size_t temperature, std::uint64_t n) const {
    return collect(comm, temperature, mpi::Range{0, n});
  }
  /// Configurations that `n_ranks` ranks can collect at once in little memory: some 8 MiB for each rank, 1
  /// GiB at most, or a single one.
  static std::uint64_t n_at_once(std::size_t packed_bytes, int n_ranks);

  /// Collective. Any number of ranks may load what any other number saved.
  void save(StateSink& sink, const mpi::Communicator& comm) const;
  void load(StateSource& source, const mpi::Communicator& comm);

private:
  static constexpr std::size_t row_words = 4; ///< temperature, index, replica and reading: see Row
  struct Row {
    std::uint64_t key; ///< temperature << 40 | index
    std::uint64_t replica;
    Reading reading;
  };
  static_assert(sizeof(Row) == 8 * row_words);

  void add(const Row& row, std::span<const std::uint8_t> packed);
  /// Collective: rows to the ranks they are for, each as its Row and its packed bytes; returns what came.
  std::vector<std::uint8_t> exchange_rows(const mpi::Communicator& comm,
                                          const std::vector<std::vector<std::size_t>>& rows_for) const;
  std::span<const std::uint8_t> packed(std::size_t row) const {
    return std::span(pieces_[row / rows_per_piece_])
        .subspan(row % rows_per_piece_ * packed_bytes_, packed_bytes_);
  }

  std::size_t packed_bytes_;
  std::size_t rows_per_piece_;
  std::vector<Row> rows_;
  std::vector<std::vector<std::uint8_t>> pieces_; ///< [row / rows_per_piece_][row % rows_per_piece_]
};

} // namespace blockspin::replica
