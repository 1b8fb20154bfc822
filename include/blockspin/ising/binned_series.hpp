#pragma once
// Long time series as sums of neighbouring samples: nothing measured is thrown away, and memory is bounded.

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/ising/time_series.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/stats/moments.hpp"

namespace blockspin::ising {

/// Exact sums over successive samples, and the last of them: sums tell means and errors, single samples the
/// variance of one.
struct Bin {
  stats::MomentSums sums;
  std::int64_t last_energy = 0, last_magnetization = 0;

  /// One sample or more.
  void add(std::span<const std::int64_t> energy, std::span<const std::int64_t> magnetization);
  /// Takes in the bin that follows.
  void append(const Bin& next);
  bool operator==(const Bin&) const = default;
};

/// A bin as integers and back, for messages and files.
inline constexpr std::size_t words_of_bin = 18;
void to_words(const Bin& bin, std::span<std::int64_t> words);
Bin from_words(std::span<const std::int64_t> words);

/// Rows as those of TimeSeries. All bins of a row hold width() samples but the last, which may still be
/// filling. Integers, so nothing depends on ranks, nor on when samples were added.
class BinnedSeries {
public:
  BinnedSeries(std::size_t n_rows, std::uint64_t width) : rows_(n_rows), width_(width) {}

  std::size_t n_rows() const { return rows_.size(); }
  std::uint64_t width() const { return width_; }
  const std::vector<Bin>& bins(std::size_t row) const { return rows_[row]; }
  /// Samples to follow those of `row`.
  void add(std::size_t row, std::span<const std::int64_t> energy,
           std::span<const std::int64_t> magnetization);
  /// Puts bins of the same width in the place of a row's.
  void take(std::size_t row, std::vector<Bin> bins) { rows_[row] = std::move(bins); }
  /// Joins neighbouring bins: half as many, each twice as wide.
  void join_pairs();

  /// Collective, as TimeSeries.
  void save(StateSink& sink, const mpi::Communicator& comm, const std::string& name, std::uint64_t first_row,
            std::uint64_t n_global) const;
  void load(StateSource& source, const std::string& name, std::uint64_t first_row, std::uint64_t n_global);

private:
  std::vector<std::vector<Bin>> rows_;
  std::uint64_t width_;
};

} // namespace blockspin::ising
