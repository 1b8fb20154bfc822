#include "blockspin/train/trainer.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "blockspin/base/error.hpp"
#include "blockspin/rbm/profile.hpp"

namespace blockspin::train {

namespace {

constexpr double error_unit = 1 << 20; ///< squared errors are added as whole numbers of 1 / error_unit
/// With persistent chains the data are not reconstructed anyway: then only in every so many batches.
constexpr std::uint64_t batches_between_comparisons = 8;

View<float, 2> rows(Array<float, 2>& array, std::size_t first, std::size_t n) {
  return {array.data() + first * array.extent(1), {n, array.extent(1)}};
}

/// sqrt of the sum of squares, in the order of the elements.
double norm(std::span<const float> values) {
  double sum = 0.0;
  for (const float x : values) sum += static_cast<double>(x) * x;
  return std::sqrt(sum);
}

std::uint64_t most_rows(const Batches& batches) { return batches.part(0).size(); }

} // namespace

Trainer::Trainer(const mpi::Communicator& comm, const DataPart& data, const Settings& settings,
                 const DataPart* held_out, const rbm::Machine* start)
    : comm_(comm), data_(data), settings_(settings),
      batches_(comm, data, settings.batch,
               rng::Generator(settings.seed, rng::StreamId::rbm_shuffle, settings.instance)),
      judge_(comm, data, held_out, settings),
      hidden_draws_(settings.seed, rng::StreamId::rbm_hidden, settings.instance),
      visible_draws_(settings.seed, rng::StreamId::rbm_visible, settings.instance),
      sampler_(settings.precision),
      weights_optimiser_(settings.update, rbm::Panels<float>(data.n_units, settings.n_hidden).values().size(),
                         true),
      visible_optimiser_(settings.update, data.n_units, false),
      hidden_optimiser_(settings.update, settings.n_hidden, false),
      // Sums of large batches are exact in float only on a coarse grid; from there
      // on they are taken in double.
      real_(data.format == RowFormat::floats || settings.reconstruction == Reconstruction::mean_field ||
            hidden_grid_bits(2 * settings.batch) < 12),
      grid_bits_(real_ ? real_grid_bits : hidden_grid_bits(2 * settings.batch)),
      visible_({2 * most_rows(batches_), data.n_units}), means_({2 * most_rows(batches_), settings.n_hidden}),
      fields_({most_rows(batches_), settings.n_hidden}), hidden_({most_rows(batches_), settings.n_hidden}),
      gradient_(data.n_units, settings.n_hidden, real_, settings.centred) {
  initialise(start);
}

rbm::Machine Trainer::random_machine() const {
  const rng::Generator normal(settings_.seed, rng::StreamId::rbm_initial, settings_.instance);
  rbm::Machine machine(settings_.units, data_.n_units, settings_.n_hidden);
  std::uint64_t index = 0;
  for (float& w : machine.weights.flat())
    w = static_cast<float>(settings_.initial_std * normal.normal(0, index++));
  return machine;
}

void Trainer::initialise(const rbm::Machine* start) {
  if (settings_.algorithm != Algorithm::cd) chains_ = Chains(comm_, settings_, data_.n_units);
  if (start != nullptr)
    require(start->units == settings_.units && start->n_visible() == data_.n_units &&
                start->n_hidden() == settings_.n_hidden,
            "a training starts from a machine of another shape");
  if (settings_.centred) centring_ = Centring(data_.n_units, settings_.n_hidden);
  if (settings_.trajectory.acceptance > 0) trajectory_.emplace(comm_, settings_, data_.n_units);
  good_ = start != nullptr ? *start : random_machine();
  sampler_.set(good_);
}

rbm::Draw Trainer::draw(const rng::Generator& generator, std::uint64_t step) const {
  return {generator, update_number() * (settings_.gibbs_steps + 1) + step, batches_.part(batch_).first};
}

void Trainer::advance() {
  if (!epoch_started_) batches_.start_epoch(epoch_);
  epoch_started_ = true;
  train_batch();
  if (++batch_ == batches_.n_batches()) end_epoch();
}

void Trainer::train_batch() {
  const std::uint64_t n_samples = batches_.n_samples(batch_);
  const std::size_t n = batches_.part(batch_).size();
  const bool from_data = settings_.algorithm == Algorithm::cd;
  if (trajectory_) trajectory_->pass(sampler_, update_number(), epoch_);
  data_phase(n);
  std::size_t n_model = n;
  if (from_data) {
    model_phase_from_data(n);
  } else {
    chains_.advance(sampler_, update_number(), n_samples);
    n_model = chains_.n_local(n_samples);
    model_phase_from_chains(n, n_model);
  }
  gradient_.set(rows(visible_, 0, n + n_model), rows(means_, 0, n + n_model), n);
  gradient_.add_ranks(comm_);
  if (settings_.centred) gradient_.centre(centring_, n_samples);
  update(n_samples);
}

void Trainer::data_phase(std::size_t n) {
  const auto data = rows(visible_, 0, n);
  batches_.read(batch_, rbm::off_value(settings_.units), data);
  sampler_.hidden_fields(data, rows(fields_, 0, n));
  rbm::activate(settings_.units, draw(hidden_draws_, 0), 1.0F, grid_bits_, rows(fields_, 0, n), means_.data(),
                hidden_.data());
}

void Trainer::model_phase_from_data(std::size_t n) {
  const bool mean_field = settings_.reconstruction == Reconstruction::mean_field;
  const auto model = rows(visible_, n, n), fields = rows(fields_, 0, n);
  float* const means = rows(means_, n, n).data();
  for (std::uint64_t step = 1; step <= settings_.gibbs_steps; ++step) {
    sampler_.visible_fields(rows(hidden_, 0, n), model);
    rbm::activate(settings_.units, draw(visible_draws_, step), 1.0F, real_grid_bits, model,
                  mean_field ? model.data() : nullptr, mean_field ? nullptr : model.data());
    if (step == 1) compare(n, model);
    sampler_.hidden_fields(model, fields);
    const bool last = step == settings_.gibbs_steps;
    rbm::activate(settings_.units, draw(hidden_draws_, step), 1.0F, grid_bits_, fields,
                  last ? means : nullptr, last ? nullptr : hidden_.data());
  }
}

void Trainer::model_phase_from_chains(std::size_t n, std::size_t n_model) {
  const auto model = rows(visible_, n, n_model), fields = rows(fields_, 0, n_model);
  if (batch_ % batches_between_comparisons == 0) {
    const auto reconstruction = rows(visible_, n, n);
    sampler_.to_visible(rows(hidden_, 0, n), reconstruction, rbm::Rule::sampled, draw(visible_draws_, 1));
    compare(n, reconstruction);
  }
  std::copy_n(chains_.visible().data(), model.size(), model.data());
  sampler_.hidden_fields(model, fields);
  rbm::activate(settings_.units, draw(hidden_draws_, 1), 1.0F, grid_bits_, fields,
                rows(means_, n, n_model).data(), nullptr);
}

void Trainer::compare(std::size_t n, View<const float, 2> reconstruction) {
  const rbm::Timed timed(rbm::Work::data);
  n_compared_ += batches_.n_samples(batch_);
  const std::size_t n_units = data_.n_units;
  for (std::size_t s = 0; s < n; ++s) {
    const float sum = rbm::squared_difference({visible_.data() + s * n_units, n_units},
                                              {reconstruction.data() + s * n_units, n_units});
    squared_error_ += std::llround(static_cast<double>(sum) * error_unit);
  }
}

void Trainer::update(std::uint64_t n_samples) {
  const rbm::Timed timed(rbm::Work::update);
  const float scale = 1.0F / static_cast<float>(n_samples);
  const double rate = settings_.update.rate(epoch_);
  const auto parameters = sampler_.parameters();
  const std::uint64_t number = update_number();
  weights_optimiser_.apply(parameters.weights.values(), gradient_.weights(), scale, rate, number);
  if (settings_.bias) {
    visible_optimiser_.apply(parameters.visible_bias, gradient_.visible_bias(), scale, rate, number);
    hidden_optimiser_.apply(parameters.hidden_bias, gradient_.hidden_bias(), scale, rate, number);
  }
  check_weights();
  sampler_.parameters_changed();
}

void Trainer::end_epoch() {
  const std::int64_t error = comm_.sum(squared_error_);
  const auto n_terms = static_cast<double>(n_compared_ * data_.n_units);
  const auto n_last = static_cast<double>(batches_.n_samples(batch_ - 1));
  good_ = sampler_.machine();
  history_.push_back({static_cast<double>(error) / error_unit / n_terms, norm(gradient_.weights()) / n_last,
                      norm(good_.weights.flat()), settings_.update.rate(epoch_)});
  ++epoch_;
  batch_ = 0;
  squared_error_ = 0;
  n_compared_ = 0;
  epoch_started_ = false;
  if (std::ranges::binary_search(settings_.snapshots, epoch_)) snapshots_.push_back(good_);
  if (settings_.judge.interval > 0 && epoch_ % settings_.judge.interval == 0) judge();
}

void Trainer::judge() {
  const bool from_data = settings_.algorithm == Algorithm::cd;
  judgements_.push_back(judge_(good_, sampler_, from_data ? judge_.data_starts() : chains_.starts(), epoch_));
}

std::string Trainer::note() const {
  std::string text = fmt::format("epoch {} of {}", std::min(epoch_ + 1, settings_.epochs), settings_.epochs);
  if (history_.empty()) return text;
  text += fmt::format(", reconstruction error {:.3g}", history_.back().reconstruction_error);
  if (judgements_.empty()) return text;
  const Judgement& last = judgements_.back();
  text += fmt::format(", pseudo-likelihood {:.4g}", last.pseudo_likelihood);
  if (std::isfinite(last.free_energy_gap()))
    text += fmt::format(", free energy gap {:.3g}", last.free_energy_gap());
  return text;
}

double Trainer::work_done() const {
  return static_cast<double>(epoch_ * data_.n_rows + batch_ * settings_.batch);
}
double Trainer::work_total() const { return static_cast<double>(settings_.epochs * data_.n_rows); }

} // namespace blockspin::train
