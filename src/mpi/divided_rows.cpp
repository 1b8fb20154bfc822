#include "blockspin/mpi/divided_rows.hpp"

#include <algorithm>

namespace blockspin::mpi {

namespace {

constexpr double seconds_a_step = 0.05;

} // namespace

Slab flat_slab(std::uint64_t n_rows, Range mine, std::uint64_t width) {
  return {{n_rows * width}, {mine.first * width}, {mine.size() * width}};
}

DividedRows::DividedRows(const Communicator& comm, const Shape& shape, Range mine, Fill fill)
    : comm_(comm), shape_(shape), mine_(mine), fill_(std::move(fill)), values_({mine.size(), shape.width}),
      is_done_(mine.size(), 0) {
  plan();
}

DividedRows::DividedRows(const Communicator& comm, const Shape& shape, Fill fill)
    : DividedRows(comm, shape, block_range(shape.n_rows, comm.rank(), comm.size()), std::move(fill)) {}

/// The rows of the next step, counted from this rank's first: what is missing, up to the next that is done.
Range DividedRows::next_run() const {
  const auto at = [this](std::uint64_t row) { return is_done_.begin() + static_cast<std::ptrdiff_t>(row); };
  const auto first = std::find(at(next_), is_done_.end(), 0);
  const auto most =
      std::min<std::ptrdiff_t>(is_done_.end() - first, static_cast<std::ptrdiff_t>(shape_.rows_a_step));
  const auto last = std::find(first, first + most, 1);
  return {static_cast<std::uint64_t>(first - is_done_.begin()),
          static_cast<std::uint64_t>(last - is_done_.begin())};
}

/// Counts the steps to come.
void DividedRows::plan() {
  std::uint64_t steps = 0, rows = 0;
  for (Range run = next_run(); run.size() > 0; run = next_run()) {
    next_ = run.last;
    rows += run.size();
    ++steps;
  }
  next_ = 0;
  steps_left_ = comm_.max(steps);
  steps_planned_ = std::max<std::uint64_t>(steps_left_, 1);
  rows_planned_ = static_cast<double>(comm_.sum(rows));
}

void DividedRows::advance() {
  const Range run = next_run();
  if (run.size() > 0)
    fill_({mine_.first + run.first, mine_.first + run.last},
          {values_.data() + run.first * shape_.width, {run.size(), shape_.width}});
  std::fill(is_done_.begin() + static_cast<std::ptrdiff_t>(run.first),
            is_done_.begin() + static_cast<std::ptrdiff_t>(run.last), std::uint8_t{1});
  next_ = run.last;
  --steps_left_;
}

double DividedRows::work_done() const {
  return work_total() -
         rows_planned_ * static_cast<double>(steps_left_) / static_cast<double>(steps_planned_);
}

void DividedRows::save(StateSink& sink) const {
  sink.distributed("is_done", flat_slab(shape_.n_rows, mine_, 1), std::span<const std::uint8_t>(is_done_));
  sink.distributed("rows", flat_slab(shape_.n_rows, mine_, shape_.width),
                   std::span<const double>(values_.flat()));
}

void DividedRows::load(StateSource& source) {
  source.distributed("is_done", flat_slab(shape_.n_rows, mine_, 1), std::span<std::uint8_t>(is_done_));
  source.distributed("rows", flat_slab(shape_.n_rows, mine_, shape_.width), values_.flat());
  plan();
}

std::vector<double> DividedRows::gathered() const {
  return comm_.gather_all(std::span<const double>(values_.flat()));
}

std::uint64_t rows_a_step(double seconds_a_row) {
  constexpr double most = 65536;
  return static_cast<std::uint64_t>(std::clamp(seconds_a_step / std::max(seconds_a_row, 1e-12), 1.0, most));
}

} // namespace blockspin::mpi
