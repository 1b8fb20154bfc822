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

/// This rank's share of the kept configurations: in whatever order and on whatever rank they came to be.
class KeptConfigurations {
public:
  explicit KeptConfigurations(std::size_t packed_bytes) : packed_bytes_(packed_bytes) {}

  /// `index` < 2^40: which of its temperature's configurations this is.
  void add(const KeptConfiguration& configuration, std::uint64_t index);
  std::size_t size() const { return rows_.size(); }

  /// Collective: the configurations [0, n) of one temperature, divided over the ranks in consecutive ranges.
  KeptRows collect(const mpi::Communicator& comm, std::size_t temperature, std::uint64_t n) const;

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

  std::size_t packed_bytes_;
  std::vector<Row> rows_;
  std::vector<std::uint8_t> packed_; ///< [row][packed_bytes_]
};

} // namespace blockspin::replica
