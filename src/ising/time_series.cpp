#include "blockspin/ising/time_series.hpp"

#include "blockspin/base/error.hpp"

namespace blockspin::ising {
namespace {

using Rows = std::vector<std::vector<std::int64_t>>;

void thin_rows(Rows& rows) {
  for (auto& row : rows) {
    for (std::size_t i = 0; 2 * i + 1 < row.size(); ++i) row[i] = row[2 * i + 1];
    row.resize(row.size() / 2);
  }
}

void save_rows(StateSink& sink, const std::string& name, const Rows& rows, const Slab& slab) {
  std::vector<std::int64_t> values;
  values.reserve(slab.n_local());
  for (const auto& row : rows) values.insert(values.end(), row.begin(), row.end());
  sink.distributed(name, slab, std::span<const std::int64_t>(values));
}

void load_rows(StateSource& source, const std::string& name, Rows& rows, std::uint64_t first_row,
               std::uint64_t n_global) {
  const std::uint64_t length = n_global == 0 ? 0 : source.n_saved(name) / n_global;
  const Slab slab = Slab::rows({n_global, length}, first_row, rows.size());
  std::vector<std::int64_t> values(slab.n_local());
  source.distributed(name, slab, std::span<std::int64_t>(values));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(row * length);
    rows[row].assign(begin, begin + static_cast<std::ptrdiff_t>(length));
  }
}

} // namespace

void TimeSeries::clear() {
  for (Rows* rows : {&energy_, &magnetization_})
    for (auto& row : *rows) row.clear();
}

void TimeSeries::thin() {
  thin_rows(energy_);
  thin_rows(magnetization_);
}

void TimeSeries::save(StateSink& sink, const mpi::Communicator& comm, const std::string& name,
                      std::uint64_t first_row, std::uint64_t n_global) const {
  const auto length_of_all = comm.max(static_cast<std::uint64_t>(length()));
  const Slab slab = Slab::rows({n_global, length_of_all}, first_row, n_rows());
  save_rows(sink, name + "_energy", energy_, slab);
  save_rows(sink, name + "_magnetization", magnetization_, slab);
}

void TimeSeries::load(StateSource& source, const std::string& name, std::uint64_t first_row,
                      std::uint64_t n_global) {
  load_rows(source, name + "_energy", energy_, first_row, n_global);
  load_rows(source, name + "_magnetization", magnetization_, first_row, n_global);
}

} // namespace blockspin::ising
