#pragma once
// Training data: this rank's part of it, and the minibatches of an epoch in their shuffled order.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::train {

/// How a row of data is stored: one bit a unit, as in the archive, or one float a unit (the hidden
/// probabilities a machine further up a stack is trained on).
enum class RowFormat { bits, floats };

/// The rows this rank holds: part mpi::block_range(n_rows, rank, size) of all rows.
struct DataPart {
  RowFormat format = RowFormat::bits;
  std::size_t n_units = 0;
  std::uint64_t n_rows = 0;     ///< of all ranks
  Array<std::uint8_t, 2> bytes; ///< [rows held, row_bytes(format, n_units)]
};

std::size_t row_bytes(RowFormat format, std::size_t n_units);
/// Values of one row: for bits `off` and 1, for floats as stored. Local.
void read_row(RowFormat format, std::span<const std::uint8_t> row, float off, std::span<float> values);

/// The minibatches of one epoch. Batch m holds positions [m batch, (m+1) batch) of a counter-based
/// permutation of all rows; each batch is divided over the ranks in contiguous parts. Rows travel to their
/// rank once an epoch.
class Batches {
public:
  /// Keeps references to both; they must outlive it.
  Batches(const mpi::Communicator& comm, const DataPart& data, std::uint64_t batch,
          const rng::Generator& shuffle);

  std::uint64_t n_batches() const { return (data_.n_rows + batch_ - 1) / batch_; }
  /// Samples of batch m, over all ranks: `batch`, or what is left for the last one.
  std::uint64_t n_samples(std::uint64_t m) const;
  /// This rank's part of batch m, as positions within the batch.
  mpi::Range part(std::uint64_t m) const;

  /// Brings this rank's rows of every batch of the epoch here. Collective.
  void start_epoch(std::uint64_t epoch);
  /// Values of this rank's part of batch m: out [part(m).size(), n_units]. Local.
  void read(std::uint64_t m, float off, View<float, 2> out) const;

private:
  struct Route;
  Route route(std::uint64_t epoch) const;
  int rank_of_position(std::uint64_t position) const;

  const mpi::Communicator& comm_;
  const DataPart& data_;
  std::uint64_t batch_;
  rng::Generator shuffle_;
  std::vector<std::size_t> first_row_; ///< of batch m in rows_
  std::vector<std::uint8_t> rows_;
};

} // namespace blockspin::train
