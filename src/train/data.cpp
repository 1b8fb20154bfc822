#include "blockspin/train/data.hpp"

#include <algorithm>
#include <cstring>

#include "blockspin/base/error.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/rbm/profile.hpp"
#include "blockspin/rng/permutation.hpp"

namespace blockspin::train {

std::size_t row_bytes(RowFormat format, std::size_t n_units) {
  return format == RowFormat::bits ? packed_bytes(n_units) : n_units * sizeof(float);
}

void read_row(RowFormat format, std::span<const std::uint8_t> row, float off, std::span<float> values) {
  if (format == RowFormat::bits)
    unpack(row, values, off, 1.0F);
  else
    std::memcpy(values.data(), row.data(), values.size_bytes());
}

namespace {

/// The part of n items that holds `item`, of parts as mpi::block_range makes them.
int part_of(std::uint64_t item, std::uint64_t n, int n_parts) {
  const auto parts = static_cast<std::uint64_t>(n_parts);
  const std::uint64_t base = n / parts, extra = n % parts, of_large = extra * (base + 1);
  return static_cast<int>(item < of_large ? item / (base + 1) : extra + (item - of_large) / base);
}

} // namespace

/// Which rows go where in one epoch.
struct Batches::Route {
  std::vector<std::vector<std::uint64_t>> send; ///< by destination: rows held here, in order of position
  std::vector<std::vector<std::size_t>> slots; ///< by source: where each arriving row goes, in the same order
};

Batches::Batches(const mpi::Communicator& comm, const DataPart& data, std::uint64_t batch,
                 const rng::Generator& shuffle)
    : comm_(comm), data_(data), batch_(batch), shuffle_(shuffle) {
  require(batch >= 1 && batch <= data.n_rows, "the batch must be between 1 and the number of rows");
  std::size_t next = 0;
  for (std::uint64_t m = 0; m < n_batches(); ++m) {
    first_row_.push_back(next);
    next += part(m).size();
  }
  rows_.resize(next * row_bytes(data_.format, data_.n_units));
}

std::uint64_t Batches::n_samples(std::uint64_t m) const {
  return std::min(batch_, data_.n_rows - m * batch_);
}

mpi::Range Batches::part(std::uint64_t m) const {
  return mpi::block_range(n_samples(m), comm_.rank(), comm_.size());
}

int Batches::rank_of_position(std::uint64_t position) const {
  return part_of(position % batch_, n_samples(position / batch_), comm_.size());
}

Batches::Route Batches::route(std::uint64_t epoch) const {
  const auto n_ranks = static_cast<std::size_t>(comm_.size());
  const rng::Permutation order(shuffle_, epoch, data_.n_rows);
  const std::uint64_t first_held = mpi::block_range(data_.n_rows, comm_.rank(), comm_.size()).first;
  Route route{std::vector<std::vector<std::uint64_t>>(n_ranks),
              std::vector<std::vector<std::size_t>>(n_ranks)};
  std::size_t slot = 0;
  for (std::uint64_t position = 0; position < data_.n_rows; ++position) {
    const std::uint64_t row = order(position);
    const int from = part_of(row, data_.n_rows, comm_.size()), to = rank_of_position(position);
    if (from == comm_.rank()) route.send[static_cast<std::size_t>(to)].push_back(row - first_held);
    if (to == comm_.rank()) route.slots[static_cast<std::size_t>(from)].push_back(slot++);
  }
  return route;
}

void Batches::start_epoch(std::uint64_t epoch) {
  const rbm::Timed timed(rbm::Work::data);
  const Route route = this->route(epoch);
  const std::size_t width = row_bytes(data_.format, data_.n_units);
  std::vector<std::size_t> n_rows_to;
  std::vector<std::uint8_t> outgoing;
  outgoing.reserve(data_.bytes.size());
  for (const auto& rows : route.send) {
    n_rows_to.push_back(rows.size());
    for (const std::uint64_t row : rows) {
      const auto bytes = data_.bytes.row(row);
      outgoing.insert(outgoing.end(), bytes.begin(), bytes.end());
    }
  }
  const std::vector<std::uint8_t> incoming = comm_.all_to_all<std::uint8_t>(outgoing, n_rows_to, width);

  const std::uint8_t* next = incoming.data();
  for (const auto& slots : route.slots)
    for (const std::size_t slot : slots) {
      std::memcpy(rows_.data() + slot * width, next, width);
      next += width;
    }
}

void Batches::read(std::uint64_t m, float off, View<float, 2> out) const {
  const rbm::Timed timed(rbm::Work::data);
  const std::size_t width = row_bytes(data_.format, data_.n_units);
  for (std::size_t i = 0; i < out.extent(0); ++i) {
    const std::uint8_t* row = rows_.data() + (first_row_[m] + i) * width;
    read_row(data_.format, {row, width}, off, out.row(i));
  }
}

} // namespace blockspin::train
