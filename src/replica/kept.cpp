#include "blockspin/replica/kept.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "blockspin/base/error.hpp"

namespace blockspin::replica {

namespace {

constexpr unsigned index_bits = 40;

/// Sends message r to rank r; returns what came, one rank after the other.
std::vector<std::uint8_t> exchange_messages(const mpi::Communicator& comm,
                                            const std::vector<std::vector<std::uint8_t>>& messages) {
  const auto n_ranks = static_cast<std::size_t>(comm.size());
  std::vector<int> out_count(n_ranks), in_count(n_ranks), out_first(n_ranks, 0), in_first(n_ranks, 0);
  std::vector<std::uint8_t> out;
  for (std::size_t r = 0; r < n_ranks; ++r) {
    out_first[r] = static_cast<int>(out.size());
    out_count[r] = static_cast<int>(messages[r].size());
    out.insert(out.end(), messages[r].begin(), messages[r].end());
    require(out.size() < std::size_t{1} << 31,
            "more than 2 GiB of one temperature's configurations on one rank");
  }
  mpi::check(MPI_Alltoall(out_count.data(), 1, MPI_INT, in_count.data(), 1, MPI_INT, comm.handle()),
             "MPI_Alltoall");
  std::partial_sum(in_count.begin(), in_count.end() - 1, in_first.begin() + 1);
  std::vector<std::uint8_t> in(static_cast<std::size_t>(in_first.back() + in_count.back()));
  mpi::check(MPI_Alltoallv(out.data(), out_count.data(), out_first.data(), MPI_BYTE, in.data(),
                           in_count.data(), in_first.data(), MPI_BYTE, comm.handle()),
             "MPI_Alltoallv");
  return in;
}

/// First row of this rank, and the number of rows in all.
std::pair<std::uint64_t, std::uint64_t> place_of(const mpi::Communicator& comm, std::uint64_t n_mine) {
  const auto all = comm.gather_all<std::uint64_t>(std::span(&n_mine, 1));
  const auto mine = all.begin() + comm.rank();
  return {std::accumulate(all.begin(), mine, std::uint64_t{0}),
          std::accumulate(all.begin(), all.end(), std::uint64_t{0})};
}

} // namespace

void KeptConfigurations::add(const KeptConfiguration& c, std::uint64_t index) {
  rows_.push_back({std::uint64_t{c.temperature} << index_bits | index, c.replica, c.reading});
  packed_.insert(packed_.end(), c.packed.begin(), c.packed.end());
}

KeptRows KeptConfigurations::collect(const mpi::Communicator& comm, std::size_t temperature,
                                     std::uint64_t n) const {
  const std::size_t message_bytes = sizeof(Row) + packed_bytes_;
  std::vector<std::vector<std::uint8_t>> messages(static_cast<std::size_t>(comm.size()));
  const std::uint64_t first_key = std::uint64_t{temperature} << index_bits;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i].key < first_key || rows_[i].key >= first_key + n) continue;
    int owner = 0;
    while (mpi::block_range(n, owner, comm.size()).last <= rows_[i].key - first_key) ++owner;
    auto& message = messages[static_cast<std::size_t>(owner)];
    const auto* header = reinterpret_cast<const std::uint8_t*>(&rows_[i]);
    message.insert(message.end(), header, header + sizeof(Row));
    const auto body = packed_.begin() + static_cast<std::ptrdiff_t>(i * packed_bytes_);
    message.insert(message.end(), body, body + static_cast<std::ptrdiff_t>(packed_bytes_));
  }
  const std::vector<std::uint8_t> received = exchange_messages(comm, messages);
  KeptRows result{mpi::block_range(n, comm.rank(), comm.size()), {}, {}, {}};
  require(received.size() == result.range.size() * message_bytes,
          "kept configurations are missing or doubled");
  result.packed.resize(result.range.size() * packed_bytes_);
  result.readings.resize(result.range.size());
  result.replica.resize(result.range.size());
  for (std::size_t at = 0; at < received.size(); at += message_bytes) {
    Row row;
    std::memcpy(&row, &received[at], sizeof row);
    const std::size_t i = static_cast<std::size_t>(row.key - first_key - result.range.first);
    result.readings[i] = row.reading;
    result.replica[i] = static_cast<std::uint32_t>(row.replica);
    std::memcpy(&result.packed[i * packed_bytes_], &received[at + sizeof row], packed_bytes_);
  }
  return result;
}

void KeptConfigurations::save(StateSink& sink, const mpi::Communicator& comm) const {
  const auto [first, n] = place_of(comm, rows_.size());
  const std::span words(reinterpret_cast<const std::uint64_t*>(rows_.data()), row_words * rows_.size());
  sink.distributed("kept_rows", Slab::rows({n, row_words}, first, rows_.size()), words);
  sink.distributed("kept_packed", Slab::rows({n, packed_bytes_}, first, rows_.size()),
                   std::span<const std::uint8_t>(packed_));
}

void KeptConfigurations::load(StateSource& source, const mpi::Communicator& comm) {
  const std::uint64_t n = source.n_saved("kept_rows") / row_words;
  const mpi::Range mine = mpi::block_range(n, comm.rank(), comm.size());
  rows_.resize(mine.size());
  packed_.resize(mine.size() * packed_bytes_);
  const std::span words(reinterpret_cast<std::uint64_t*>(rows_.data()), row_words * rows_.size());
  source.distributed("kept_rows", Slab::rows({n, row_words}, mine.first, mine.size()), words);
  source.distributed("kept_packed", Slab::rows({n, packed_bytes_}, mine.first, mine.size()),
                     std::span<std::uint8_t>(packed_));
}

} // namespace blockspin::replica
