#include "blockspin/analysis/reconstruction.hpp"

#include <algorithm>
#include <utility>

#include "blockspin/analysis/block_moments.hpp"
#include "blockspin/analysis/labelled_sample.hpp"

namespace blockspin::analysis {
namespace {

/// Configurations a block: sums run within blocks first, so results do not depend on the ranks.
constexpr std::uint64_t pass_block = 64;

/// Configurations [first, first + n) as +-1.
Array<float, 2> unpacked(const Array<std::uint8_t, 2>& packed, std::uint64_t first, std::uint64_t n,
                         std::size_t n_sites) {
  Array<float, 2> spins({n, n_sites});
  for (std::uint64_t i = 0; i < n; ++i) unpack(packed.row(first + i), spins.row(i), -1.0F, 1.0F);
  return spins;
}

/// About, for one configuration to go up the stack, and back from every layer.
double seconds_of_pass(std::span<const rbm::Machine> stack) {
  double products = 0;
  for (std::size_t layer = 0; layer < stack.size(); ++layer)
    products += static_cast<double>(stack[layer].n_visible() * stack[layer].n_hidden()) *
                static_cast<double>(stack.size() - layer + 1);
  return products / 1e10;
}

/// Adds configurations and what becomes of them to the level each belongs to.
void add_levels(std::span<const float> spins, const PassedUp& passed,
                std::vector<std::vector<float>>& levels) {
  levels[0].insert(levels[0].end(), spins.begin(), spins.end());
  for (std::size_t layer = 0; layer < passed.reconstruction.size(); ++layer) {
    const auto back = passed.reconstruction[layer].flat();
    levels[layer + 1].insert(levels[layer + 1].end(), back.begin(), back.end());
  }
}

} // namespace

std::uint64_t passes_a_step(const PassMeasurement& measurement, std::span<const rbm::Machine> stack) {
  return std::min(most_passes_a_step, mpi::rows_a_step(measurement.seconds() + seconds_of_pass(stack)));
}

Reconstruction::Reconstruction(const mpi::Communicator& comm, const ReconstructionPlan& plan, Read read)
    : comm_(comm), plan_(plan), read_(std::move(read)),
      mine_(items_of_rank(plan.n_configurations, pass_block, comm)) {}

void Reconstruction::advance() {
  if (!rows_) begin_temperature();
  if (!rows_->done()) rows_->advance();
  if (rows_->done()) end_temperature();
}

double Reconstruction::work_done() const {
  return static_cast<double>(moments_.size() * plan_.n_configurations) + (rows_ ? rows_->work_done() : 0);
}

void Reconstruction::begin_temperature() {
  packed_ = read_(moments_.size(), mine_);
  rows_.emplace(
      comm_,
      mpi::DividedRows::Shape{plan_.n_configurations, plan_.measurement.n_quantities(), plan_.n_at_a_time},
      mine_, [this](mpi::Range range, View<double, 2> values) {
        const auto spins = unpacked(packed_, range.first - mine_.first, range.size(), plan_.n_sites);
        plan_.measurement.measure(spins, plan_.stack.pass(spins, range.first, moments_.size()), values);
      });
}

void Reconstruction::end_temperature() {
  auto moments = block_moments(comm_, plan_.n_configurations, pass_block, rows_->rows());
  moments_.push_back({std::move(moments.mean), std::move(moments.error)});
  rows_.reset();
}

void Reconstruction::save(StateSink& sink) const {
  std::vector<double> mean, error;
  for (const Moments& at : moments_) {
    mean.insert(mean.end(), at.mean.begin(), at.mean.end());
    error.insert(error.end(), at.error.begin(), at.error.end());
  }
  sink.replicated("mean", std::span<const double>(mean));
  sink.replicated("error", std::span<const double>(error));
  sink.replicated("in_midst", std::uint64_t{rows_ ? 1U : 0U});
  if (rows_) rows_->save(sink);
}

void Reconstruction::load(StateSource& source) {
  const std::size_t n_quantities = plan_.measurement.n_quantities();
  moments_.assign(source.n_saved("mean") / n_quantities, {});
  std::vector<double> mean(moments_.size() * n_quantities), error(mean.size());
  source.replicated("mean", std::span<double>(mean));
  source.replicated("error", std::span<double>(error));
  for (std::size_t t = 0; t < moments_.size(); ++t) {
    const auto first = static_cast<std::ptrdiff_t>(t * n_quantities);
    const auto last = first + static_cast<std::ptrdiff_t>(n_quantities);
    moments_[t] = {{mean.begin() + first, mean.begin() + last},
                   {error.begin() + first, error.begin() + last}};
  }
  std::uint64_t in_midst = 0;
  source.replicated("in_midst", in_midst);
  rows_.reset();
  if (in_midst == 0) return;
  begin_temperature();
  rows_->load(source);
}

/// place(row, column): where in a configuration's row of numbers the table's entry stands.
template <class Place>
PassTable Reconstruction::table_of(std::size_t n_rows, std::size_t n_columns, Place&& place) const {
  PassTable table{{n_rows, moments_.size()}, {}, {}};
  if (n_columns > 1) table.extent.push_back(n_columns);
  for (std::size_t row = 0; row < n_rows; ++row)
    for (const Moments& moments : moments_)
      for (std::size_t column = 0; column < n_columns; ++column) {
        table.mean.push_back(moments.mean[place(row, column)]);
        table.error.push_back(moments.error[place(row, column)]);
      }
  return table;
}

PassTable Reconstruction::table(PassQuantity quantity) const {
  const PassMeasurement& measurement = plan_.measurement;
  const bool is_overlap = quantity == PassQuantity::overlap || quantity == PassQuantity::domain_overlap;
  const std::size_t first = is_overlap ? 1 : 0;
  const std::size_t n_columns = quantity == PassQuantity::correlation ? measurement.n_distances() : 1;
  return table_of(measurement.n_layers() + 1 - first, n_columns, [&](std::size_t row, std::size_t column) {
    return measurement.place(row + first, quantity) + column;
  });
}

PassTable Reconstruction::table(HiddenQuantity quantity) const {
  return table_of(plan_.measurement.n_layers(), 1,
                  [&](std::size_t layer, std::size_t) { return plan_.measurement.place(layer, quantity); });
}

PassTable Reconstruction::table(Code code, CodeQuantity quantity) const {
  return table_of(plan_.measurement.n_layers(), 1, [&](std::size_t layer, std::size_t) {
    return plan_.measurement.place(layer, code, quantity);
  });
}

std::vector<float> Reconstruction::examples(std::uint64_t n, const SafePoint& safe_point) const {
  std::vector<float> examples;
  for (std::size_t t = 0; t < plan_.n_temperatures; ++t) {
    const auto packed = read_(t, {0, n});
    std::vector<std::vector<float>> levels(plan_.measurement.n_layers() + 1);
    for (std::uint64_t first = 0; first < n; first += plan_.n_at_a_time) {
      blockspin::pass(safe_point);
      const auto spins = unpacked(packed, first, std::min(plan_.n_at_a_time, n - first), plan_.n_sites);
      add_levels(spins.flat(), plan_.stack.pass(spins, first, t), levels);
    }
    for (const auto& level : levels) examples.insert(examples.end(), level.begin(), level.end());
  }
  return examples;
}

} // namespace blockspin::analysis
