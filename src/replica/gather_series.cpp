#include "gather_series.hpp"

#include <algorithm>
#include <numeric>

#include "blockspin/base/error.hpp"

namespace blockspin::replica {

namespace {

/// Every rank's words on `owner`, one rank after the other.
std::vector<std::int64_t> gather(const mpi::Communicator& comm, const std::vector<std::int64_t>& mine,
                                 int owner) {
  require(mine.size() < std::size_t{1} << 31, "a time series is too long to gather");
  const int n_mine = static_cast<int>(mine.size());
  std::vector<int> counts(static_cast<std::size_t>(comm.size())), first(counts.size(), 0);
  mpi::check(MPI_Gather(&n_mine, 1, MPI_INT, counts.data(), 1, MPI_INT, owner, comm.handle()), "MPI_Gather");
  std::partial_sum(counts.begin(), counts.end() - 1, first.begin() + 1);
  std::vector<std::int64_t> all(comm.rank() == owner ? static_cast<std::size_t>(first.back() + counts.back())
                                                     : 0);
  mpi::check(MPI_Gatherv(mine.data(), n_mine, MPI_INT64_T, all.data(), counts.data(), first.data(),
                         MPI_INT64_T, owner, comm.handle()),
             "MPI_Gatherv");
  return all;
}

} // namespace

GatheredSeries gather_series(const mpi::Communicator& comm, const Ensemble& ensemble,
                             const ising::TimeSeries& series, std::size_t temperature,
                             std::uint64_t n_ladders, int owner) {
  const mpi::Range local = ensemble.local_series();
  std::vector<std::int64_t> mine, ladders;
  std::uint64_t length = series.length();
  for (std::uint64_t s = local.first; s < local.first + series.n_rows(); ++s) {
    const std::uint64_t ladder = ensemble.ladder_of(s);
    if (ensemble.temperature_of(s) != temperature || ladder >= n_ladders) continue;
    const std::size_t row = static_cast<std::size_t>(s - local.first);
    ladders.push_back(static_cast<std::int64_t>(ladder));
    mine.insert(mine.end(), series.energy(row).begin(), series.energy(row).end());
    mine.insert(mine.end(), series.magnetization(row).begin(), series.magnetization(row).end());
  }
  length = comm.max(length);
  const auto values = gather(comm, mine, owner), order = gather(comm, ladders, owner);
  GatheredSeries result;
  if (comm.rank() != owner) return result;
  result.length = length;
  result.n_ladders = n_ladders;
  result.values.resize(values.size());
  const auto block = static_cast<std::ptrdiff_t>(2 * length);
  for (std::size_t i = 0; i < order.size(); ++i)
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(i) * block, block,
                result.values.begin() + order[i] * block);
  return result;
}

} // namespace blockspin::replica
