#include "blockspin/replica/kept.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <string>
#include <utility>

#include "blockspin/base/error.hpp"

namespace blockspin::replica {

namespace {

constexpr unsigned index_bits = 40;
/// Configurations are held and passed on in pieces of about so many bytes, or one by one.
constexpr std::size_t piece_bytes = std::size_t{1} << 23;

/// First row of this rank, and the number of rows in all.
std::pair<std::uint64_t, std::uint64_t> place_of(const mpi::Communicator& comm, std::uint64_t n_mine) {
  const auto all = comm.gather_all<std::uint64_t>(std::span(&n_mine, 1));
  const auto mine = all.begin() + comm.rank();
  return {std::accumulate(all.begin(), mine, std::uint64_t{0}),
          std::accumulate(all.begin(), all.end(), std::uint64_t{0})};
}

} // namespace

mpi::Range part_of(const mpi::Range& indices, int rank, int n_ranks) {
  const mpi::Range part = mpi::block_range(indices.size(), rank, n_ranks);
  return {indices.first + part.first, indices.first + part.last};
}

KeptConfigurations::KeptConfigurations(std::size_t packed_bytes)
    : packed_bytes_(packed_bytes),
      rows_per_piece_(std::max<std::size_t>(1, piece_bytes / std::max<std::size_t>(packed_bytes, 1))) {}

std::uint64_t KeptConfigurations::n_at_once(std::size_t packed_bytes, int n_ranks) {
  const std::uint64_t bytes = std::max<std::uint64_t>(packed_bytes, 1);
  const std::uint64_t wanted = piece_bytes * static_cast<std::uint64_t>(n_ranks) / bytes;
  // One rank may hold them all, and send them at once: a copy of 1 GiB at most.
  const std::uint64_t most = (std::uint64_t{1} << 30) / (bytes + sizeof(Row));
  return std::clamp<std::uint64_t>(wanted, 1, std::max<std::uint64_t>(most, 1));
}

void KeptConfigurations::add(const KeptConfiguration& c, std::uint64_t index) {
  const Row row{std::uint64_t{c.temperature} << index_bits | index, c.replica, c.reading};
  if (rows_per_piece_ > 1 || c.storage == nullptr) return add(row, c.packed);
  rows_.push_back(row);
  pieces_.push_back(std::move(*c.storage));
}

void KeptConfigurations::add(const Row& row, std::span<const std::uint8_t> packed) {
  if (rows_.size() % rows_per_piece_ == 0) pieces_.emplace_back();
  rows_.push_back(row);
  pieces_.back().insert(pieces_.back().end(), packed.begin(), packed.end());
}

std::vector<std::uint8_t>
KeptConfigurations::exchange_rows(const mpi::Communicator& comm,
                                  const std::vector<std::vector<std::size_t>>& rows_for) const {
  const std::size_t row_bytes = sizeof(Row) + packed_bytes_;
  std::vector<std::size_t> n_rows_to;
  for (const auto& rows : rows_for) n_rows_to.push_back(rows.size());
  std::vector<std::uint8_t> outgoing;
  outgoing.reserve(row_bytes * std::accumulate(n_rows_to.begin(), n_rows_to.end(), std::size_t{0}));
  for (const auto& rows : rows_for)
    for (const std::size_t i : rows) {
      const auto* header = reinterpret_cast<const std::uint8_t*>(&rows_[i]);
      outgoing.insert(outgoing.end(), header, header + sizeof(Row));
      outgoing.insert(outgoing.end(), packed(i).begin(), packed(i).end());
    }
  return comm.all_to_all<std::uint8_t>(outgoing, n_rows_to, row_bytes);
}

KeptRows KeptConfigurations::collect(const mpi::Communicator& comm, std::size_t temperature,
                                     mpi::Range indices) const {
  const mpi::Range mine = part_of(indices, comm.rank(), comm.size());
  KeptRows result{mine, std::vector<std::uint8_t>(mine.size() * packed_bytes_),
                  std::vector<Reading>(mine.size()), std::vector<std::uint32_t>(mine.size())};
  std::uint64_t n_found = 0;
  const auto put = [&](const Row& row, const std::uint8_t* body) {
    const std::uint64_t i = (row.key & ((std::uint64_t{1} << index_bits) - 1)) - mine.first;
    result.readings[i] = row.reading;
    result.replica[i] = static_cast<std::uint32_t>(row.replica);
    std::memcpy(&result.packed[i * packed_bytes_], body, packed_bytes_);
    ++n_found;
  };
  std::vector<std::vector<std::size_t>> rows_for(static_cast<std::size_t>(comm.size())); // other ranks'
  const std::uint64_t first_key = std::uint64_t{temperature} << index_bits;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const std::uint64_t index = rows_[i].key - first_key;
    if (rows_[i].key < first_key || index < indices.first || index >= indices.last) continue;
    int owner = 0;
    while (part_of(indices, owner, comm.size()).last <= index) ++owner;
    if (owner == comm.rank())
      put(rows_[i], packed(i).data());
    else
      rows_for[static_cast<std::size_t>(owner)].push_back(i);
  }
  const std::vector<std::uint8_t> received = exchange_rows(comm, rows_for);
  for (std::size_t at = 0; at < received.size(); at += sizeof(Row) + packed_bytes_) {
    Row row;
    std::memcpy(&row, &received[at], sizeof row);
    put(row, &received[at + sizeof row]);
  }
  require(n_found == mine.size(), "kept configurations are missing or doubled");
  return result;
}

void KeptConfigurations::save(StateSink& sink, const mpi::Communicator& comm) const {
  const std::uint64_t n_pieces = comm.max(std::uint64_t{pieces_.size()});
  sink.replicated("n_kept_pieces", n_pieces);
  for (std::uint64_t piece = 0; piece < n_pieces; ++piece) {
    const std::size_t begin = std::min(piece * rows_per_piece_, rows_.size());
    const std::size_t n_mine = std::min(rows_per_piece_, rows_.size() - begin);
    const auto [first, n] = place_of(comm, n_mine);
    const std::span words(reinterpret_cast<const std::uint64_t*>(rows_.data() + begin), row_words * n_mine);
    const std::string number = std::to_string(piece);
    sink.distributed("kept_rows_" + number, Slab::rows({n, row_words}, first, n_mine), words);
    sink.distributed("kept_packed_" + number, Slab::rows({n, packed_bytes_}, first, n_mine),
                     n_mine > 0 ? std::span<const std::uint8_t>(pieces_[piece])
                                : std::span<const std::uint8_t>());
  }
}

void KeptConfigurations::load(StateSource& source, const mpi::Communicator& comm) {
  std::uint64_t n_pieces = 0;
  source.replicated("n_kept_pieces", n_pieces);
  *this = KeptConfigurations(packed_bytes_);
  for (std::uint64_t piece = 0; piece < n_pieces; ++piece) {
    const std::string number = std::to_string(piece);
    const std::uint64_t n = source.n_saved("kept_rows_" + number) / row_words;
    const mpi::Range mine = mpi::block_range(n, comm.rank(), comm.size());
    std::vector<Row> rows(mine.size());
    std::vector<std::uint8_t> packed(mine.size() * packed_bytes_);
    const std::span words(reinterpret_cast<std::uint64_t*>(rows.data()), row_words * rows.size());
    source.distributed("kept_rows_" + number, Slab::rows({n, row_words}, mine.first, mine.size()), words);
    source.distributed("kept_packed_" + number, Slab::rows({n, packed_bytes_}, mine.first, mine.size()),
                       std::span(packed));
    for (std::size_t i = 0; i < rows.size(); ++i)
      add(rows[i], std::span<const std::uint8_t>(packed).subspan(i * packed_bytes_, packed_bytes_));
  }
}

} // namespace blockspin::replica
