#pragma once
// Work on independent rows, divided over ranks, that can be interrupted between any of them.

#include <functional>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/base/state.hpp"
#include "blockspin/mpi/communicator.hpp"

namespace blockspin::mpi {

/// Rows `mine` of a table of `n_rows` by `width` numbers, as a part of all its numbers one after the other.
Slab flat_slab(std::uint64_t n_rows, Range mine, std::uint64_t width);

/// A table whose rows depend on nothing but their own number. Each rank works at rows of its own, a few a
/// step; what is done is the state, and a resumed table's ranks do what is missing of theirs. The table has
/// the same bits for every rank count. All members are collective but rows().
class DividedRows : public Stepper {
public:
  /// Works out rows [rows) of the table into `values` [rows, width]. Local; may not depend on which rows are
  /// asked for together.
  using Fill = std::function<void(Range rows, View<double, 2> values)>;
  struct Shape {
    std::uint64_t n_rows = 0;
    std::size_t width = 1;
    std::uint64_t rows_a_step = 1; ///< at most
  };

  /// `mine`: this rank's rows; one rank's follow the other's, and together they are all.
  DividedRows(const Communicator& comm, const Shape& shape, Range mine, Fill fill);
  /// The rows divided evenly.
  DividedRows(const Communicator& comm, const Shape& shape, Fill fill);

  bool done() const override { return steps_left_ == 0; }
  void advance() override;
  double work_done() const override;
  double work_total() const override { return static_cast<double>(shape_.n_rows); }
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;

  /// This rank's rows, [rows, width]; zero where they are not done.
  const Array<double, 2>& rows() const { return values_; }
  /// All rows, one after the other, on every rank.
  std::vector<double> gathered() const;

private:
  Range next_run() const;
  void plan();

  const Communicator& comm_;
  Shape shape_;
  Range mine_;
  Fill fill_;
  Array<double, 2> values_;
  std::vector<std::uint8_t> is_done_; ///< by row of this rank's
  std::uint64_t next_ = 0;            ///< rows of this rank's before it are done
  std::uint64_t steps_left_ = 0;      ///< of the rank with the most
  std::uint64_t steps_planned_ = 1;
  double rows_planned_ = 0; ///< of all ranks
};

/// How many rows of `seconds_a_row` each are a step that is well below a second.
std::uint64_t rows_a_step(double seconds_a_row);

} // namespace blockspin::mpi
