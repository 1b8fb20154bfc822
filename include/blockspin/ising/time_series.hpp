#pragma once
// The integer energies and magnetisations of a sampling run: what every observable is computed from.

#include <cstdint>
#include <string>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/mpi/communicator.hpp"

namespace blockspin::ising {

/// Series of one row a (temperature, ladder), row = temperature * n_ladders + ladder; a rank holds whichever
/// rows it owns. energy is the bond sum E = -sum_<ij> s_i s_j (an integer; the field's part follows from the
/// magnetisation), magnetisation M = sum_i s_i. All rows have the same length once a measurement is complete.
/// Integers, so nothing depends on ranks.
class TimeSeries {
public:
  TimeSeries() = default;
  explicit TimeSeries(std::size_t n_rows) : energy_(n_rows), magnetization_(n_rows) {}

  std::size_t n_rows() const { return energy_.size(); }
  /// Samples of every row; 0 where this rank has none.
  std::size_t length() const { return energy_.empty() ? 0 : energy_.front().size(); }
  void append(std::size_t row, std::int64_t energy, std::int64_t magnetization) {
    energy_[row].push_back(energy);
    magnetization_[row].push_back(magnetization);
  }
  const std::vector<std::int64_t>& energy(std::size_t row) const { return energy_[row]; }
  const std::vector<std::int64_t>& magnetization(std::size_t row) const { return magnetization_[row]; }
  /// Forgets all samples, but keeps their room.
  void clear();
  /// Keeps every second sample of every row, the second, fourth, ...: a series at twice the spacing.
  void thin();

  /// Collective over `comm`. This rank's rows are [first_row, first_row + n_rows()) of n_global, possibly
  /// none; any division of rows can load what any other saved. `name` keeps two series of one state apart.
  void save(StateSink& sink, const mpi::Communicator& comm, const std::string& name, std::uint64_t first_row,
            std::uint64_t n_global) const;
  void load(StateSource& source, const std::string& name, std::uint64_t first_row, std::uint64_t n_global);

private:
  std::vector<std::vector<std::int64_t>> energy_, magnetization_;
};

} // namespace blockspin::ising
