#include "gather_series.hpp"

#include <algorithm>
#include <numeric>

#include "blockspin/base/error.hpp"

namespace blockspin::replica {

namespace {

/// Which rows are wanted: of a temperature, and of the first ladders.
struct Wanted {
  std::size_t temperature;
  std::uint64_t n_ladders;
  std::size_t n_rows; ///< that this rank holds
};

/// What `put(row, words)` adds for each wanted row, as many words for each, by ladder on rank `owner`.
template <class Put>
std::vector<std::int64_t> by_ladder(const mpi::Communicator& comm, const Ensemble& ensemble,
                                    const Wanted& wanted, int owner, const Put& put) {
  const mpi::Range local = ensemble.local_series();
  std::vector<std::int64_t> mine, ladders;
  for (std::uint64_t s = local.first; s < local.first + wanted.n_rows; ++s) {
    const std::uint64_t ladder = ensemble.ladder_of(s);
    if (ensemble.temperature_of(s) != wanted.temperature || ladder >= wanted.n_ladders) continue;
    ladders.push_back(static_cast<std::int64_t>(ladder));
    put(static_cast<std::size_t>(s - local.first), mine);
  }
  const auto values = comm.gather_to<std::int64_t>(owner, mine),
             order = comm.gather_to<std::int64_t>(owner, ladders);
  if (comm.rank() != owner) return {};
  std::vector<std::int64_t> result(values.size());
  const auto block = static_cast<std::ptrdiff_t>(values.size() / wanted.n_ladders);
  for (std::size_t i = 0; i < order.size(); ++i)
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(i) * block, block,
                result.begin() + order[i] * block);
  return result;
}

} // namespace

GatheredSeries gather_series(const mpi::Communicator& comm, const Ensemble& ensemble,
                             const ising::TimeSeries& series, std::size_t temperature,
                             std::uint64_t n_ladders, int owner) {
  const std::uint64_t length = comm.max(std::uint64_t{series.length()});
  const auto put = [&](std::size_t row, std::vector<std::int64_t>& mine) {
    mine.insert(mine.end(), series.energy(row).begin(), series.energy(row).end());
    mine.insert(mine.end(), series.magnetization(row).begin(), series.magnetization(row).end());
  };
  GatheredSeries result;
  result.values = by_ladder(comm, ensemble, {temperature, n_ladders, series.n_rows()}, owner, put);
  if (comm.rank() != owner) return result;
  result.length = length;
  result.n_ladders = n_ladders;
  return result;
}

std::vector<std::vector<ising::Bin>> gather_bins(const mpi::Communicator& comm, const Ensemble& ensemble,
                                                 const ising::BinnedSeries& bins,
                                                 const ising::TimeSeries& rest, std::size_t temperature,
                                                 int owner) {
  const std::uint64_t n_ladders = ensemble.n_ladders();
  const auto put = [&](std::size_t row, std::vector<std::int64_t>& mine) {
    ising::BinnedSeries all(1, bins.width());
    all.take(0, bins.bins(row));
    all.add(0, rest.energy(row), rest.magnetization(row));
    for (const ising::Bin& bin : all.bins(0)) {
      mine.resize(mine.size() + ising::words_of_bin);
      to_words(bin, std::span(mine).last(ising::words_of_bin));
    }
  };
  const auto words = by_ladder(comm, ensemble, {temperature, n_ladders, bins.n_rows()}, owner, put);
  if (comm.rank() != owner) return {};
  const std::size_t length = words.size() / n_ladders / ising::words_of_bin;
  std::vector<std::vector<ising::Bin>> result(n_ladders);
  for (std::size_t i = 0; i < n_ladders * length; ++i)
    result[i / length].push_back(ising::from_words(std::span(words).subspan(ising::words_of_bin * i)));
  return result;
}

} // namespace blockspin::replica
