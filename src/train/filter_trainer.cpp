#include "blockspin/train/filter_trainer.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/train/gradient.hpp"

namespace blockspin::train {

namespace {

/// Sequences of persistent chains: apart from those that start at the data.
constexpr std::uint64_t persistent_sequence = std::uint64_t{1} << 63;

View<float, 2> rows(Array<float, 2>& array, std::size_t n) { return {array.data(), {n, array.extent(1)}}; }

double norm(std::span<const float> values) {
  double sum = 0.0;
  for (const float x : values) sum += static_cast<double>(x) * x;
  return std::sqrt(sum);
}

ising::BlockFilter initial_filter(const ising::RowLattice& lattice, const FilterSettings& settings) {
  const ising::FilterWindows windows(lattice, settings.side, settings.stride);
  const rng::Generator normal(settings.seed, rng::StreamId::rbm_initial, settings.instance);
  ising::BlockFilter filter{lattice.n_dimensions(), settings.side, settings.stride, {}};
  for (std::size_t place = 0; place < windows.n_places(); ++place)
    filter.weights.push_back(static_cast<float>(settings.initial_std * normal.normal(0, place)));
  return filter;
}

} // namespace

FilterTrainer::FilterTrainer(const mpi::Communicator& comm, const DataPart& data,
                             const ising::RowLattice& lattice, const FilterSettings& settings)
    : comm_(comm), data_(data), settings_(settings),
      batches_(comm, data, settings.batch,
               rng::Generator(settings.seed, rng::StreamId::rbm_shuffle, settings.instance)),
      hidden_draws_(settings.seed, rng::StreamId::rbm_hidden, settings.instance),
      visible_draws_(settings.seed, rng::StreamId::rbm_visible, settings.instance),
      machine_(lattice, initial_filter(lattice, settings)), gradient_(machine_),
      weights_optimiser_(settings.update, machine_.n_places(), true),
      visible_optimiser_(settings.update, 1, false), hidden_optimiser_(settings.update, 1, false),
      held_chains_(mpi::block_range(settings.batch, comm.rank(), comm.size())) {
  require(data.format == RowFormat::bits && data.n_units == lattice.n_sites(),
          "a filter learns configurations of its lattice");
  const std::size_t n = std::max<std::size_t>(batches_.part(0).size(), held_chains_.size());
  for (Array<float, 2>* of_sites : {&visible_, &model_}) *of_sites = Array<float, 2>({n, data.n_units});
  for (Array<float, 2>* of_blocks : {&hidden_, &means_, &fields_})
    *of_blocks = Array<float, 2>({n, machine_.n_hidden()});
  if (!settings.persistent) return;
  chains_ = Array<float, 2>({held_chains_.size(), data.n_units});
  const rng::Generator start(settings.seed, rng::StreamId::rbm_persistent, settings.instance);
  rbm::apply_rule(rbm::Units::spin, rbm::Rule::sampled, {start, 0, held_chains_.first}, 1.0F, chains_.view());
}

void FilterTrainer::advance() {
  if (!epoch_started_) batches_.start_epoch(epoch_);
  epoch_started_ = true;
  train_batch();
  if (++batch_ == batches_.n_batches()) end_epoch();
}

void FilterTrainer::train_batch() {
  const std::uint64_t n_samples = batches_.n_samples(batch_);
  const std::size_t n = batches_.part(batch_).size();
  gradient_.clear();
  data_phase(n);
  reconstruct(n);
  if (settings_.persistent)
    model_phase_from_chains(n_samples);
  else
    model_phase_from_data(n);
  gradient_.add_ranks(comm_);
  update(n_samples);
}

rbm::Draw FilterTrainer::draw(const rng::Generator& generator, std::uint64_t step) const {
  return {generator, update_number() * (settings_.gibbs_steps + 1) + step, batches_.part(batch_).first};
}

void FilterTrainer::draw_hidden(View<const float, 2> visible, View<float, 2> hidden, const rbm::Draw& draw) {
  machine_.hidden_fields(visible, hidden);
  rbm::apply_rule(rbm::Units::spin, rbm::Rule::sampled, draw, 1.0F, hidden);
}

void FilterTrainer::draw_visible(View<const float, 2> hidden, View<float, 2> visible,
                                 const rbm::Draw& draw) const {
  machine_.visible_fields(hidden, visible);
  rbm::apply_rule(rbm::Units::spin, rbm::Rule::sampled, draw, 1.0F, visible);
}

void FilterTrainer::data_phase(std::size_t n) {
  const auto visible = rows(visible_, n), fields = rows(fields_, n);
  batches_.read(batch_, rbm::off_value(rbm::Units::spin), visible);
  machine_.hidden_fields(visible, fields);
  rbm::activate(rbm::Units::spin, draw(hidden_draws_, 0), 1.0F, real_grid_bits, fields, means_.data(),
                hidden_.data());
  gradient_.add(machine_, visible, rows(means_, n), 1.0);
}

/// The first Gibbs step from the data.
void FilterTrainer::reconstruct(std::size_t n) {
  draw_visible(rows(hidden_, n), rows(model_, n), draw(visible_draws_, 1));
  for (std::size_t k = 0; k < n * data_.n_units; ++k) n_different_ += visible_.data()[k] != model_.data()[k];
}

void FilterTrainer::model_phase_from_data(std::size_t n) {
  const auto visible = rows(model_, n), hidden = rows(hidden_, n);
  for (std::uint64_t step = 2; step <= settings_.gibbs_steps; ++step) {
    draw_hidden(visible, hidden, draw(hidden_draws_, step - 1));
    draw_visible(hidden, visible, draw(visible_draws_, step));
  }
  subtract(visible);
}

void FilterTrainer::model_phase_from_chains(std::uint64_t n_samples) {
  const std::size_t n = std::clamp(n_samples, held_chains_.first, held_chains_.last) - held_chains_.first;
  const auto visible = rows(chains_, n), hidden = rows(hidden_, n);
  for (std::uint64_t step = 0; step < settings_.gibbs_steps; ++step) {
    const std::uint64_t sequence = persistent_sequence | (update_number() * settings_.gibbs_steps + step);
    draw_hidden(visible, hidden, {hidden_draws_, sequence, held_chains_.first});
    draw_visible(hidden, visible, {visible_draws_, sequence, held_chains_.first});
  }
  subtract(visible);
}

void FilterTrainer::subtract(View<const float, 2> visible) {
  const std::size_t n = visible.extent(0);
  machine_.hidden_fields(visible, rows(fields_, n));
  rbm::activate(rbm::Units::spin, draw(hidden_draws_, 0), 1.0F, real_grid_bits, rows(fields_, n),
                means_.data(), nullptr);
  gradient_.add(machine_, visible, rows(means_, n), -1.0);
}

void FilterTrainer::update(std::uint64_t n_samples) {
  const double rate = settings_.update.rate(epoch_);
  const std::uint64_t number = update_number();
  const auto mean = [&](double sum, std::size_t n_units) {
    return static_cast<float>(sum / (static_cast<double>(n_samples) * static_cast<double>(n_units)));
  };
  std::vector<float> weights;
  for (const double sum : gradient_.weights()) weights.push_back(mean(sum, machine_.n_hidden()));
  last_gradient_norm_ = norm(weights);
  ising::BlockFilter& filter = machine_.filter;
  weights_optimiser_.apply(filter.weights, weights, 1.0F, rate, number);
  if (settings_.bias) {
    const float visible = mean(gradient_.visible_bias(), machine_.n_visible());
    const float hidden = mean(gradient_.hidden_bias(), machine_.n_hidden());
    visible_optimiser_.apply({&filter.visible_bias, 1}, {&visible, 1}, 1.0F, rate, number);
    hidden_optimiser_.apply({&filter.hidden_bias, 1}, {&hidden, 1}, 1.0F, rate, number);
  }
  check_parameters();
}

void FilterTrainer::check_parameters() const {
  const ising::BlockFilter& filter = machine_.filter;
  // Also of what is no number.
  const auto fine = [&](float x) { return std::abs(x) <= static_cast<float>(settings_.weight_limit); };
  if (std::ranges::all_of(filter.weights, fine) && fine(filter.visible_bias) && fine(filter.hidden_bias))
    return;
  throw_agreed(
      ErrorKind::numerical,
      "training diverged in epoch " + std::to_string(epoch_ + 1) + ", batch " + std::to_string(batch_ + 1) +
          ": a parameter is not finite, or beyond weight_limit = " + format_number(settings_.weight_limit),
      "filter");
}

void FilterTrainer::end_epoch() {
  const auto n_spins = static_cast<double>(data_.n_rows) * static_cast<double>(data_.n_units);
  const auto n_different = static_cast<double>(comm_.sum(n_different_));
  history_.push_back({4 * n_different / n_spins, last_gradient_norm_, norm(machine_.filter.weights),
                      settings_.update.rate(epoch_)});
  ++epoch_;
  batch_ = 0;
  n_different_ = 0;
  epoch_started_ = false;
}

std::string FilterTrainer::note() const {
  std::string text = fmt::format("epoch {} of {}", std::min(epoch_ + 1, settings_.epochs), settings_.epochs);
  if (history_.empty()) return text;
  return text + fmt::format(", reconstruction error {:.3g}, weight norm {:.3g}",
                            history_.back().reconstruction_error, history_.back().weight_norm);
}

// In double: the product of the largest numbers does not fit into 64 bits.
double FilterTrainer::work_done() const {
  return static_cast<double>(epoch_) * static_cast<double>(data_.n_rows) +
         static_cast<double>(batch_ * settings_.batch);
}
double FilterTrainer::work_total() const {
  return static_cast<double>(settings_.epochs) * static_cast<double>(data_.n_rows);
}

} // namespace blockspin::train
