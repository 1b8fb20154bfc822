#include "blockspin/analysis/thermometer_training.hpp"

#include <algorithm>
#include <utility>

#include "blockspin/petsc/minimise.hpp"

namespace blockspin::analysis {

namespace {

constexpr double initial_std = 0.1;

std::vector<double> initial_parameters(const NetworkShape& shape, const rng::Generator& generator) {
  std::vector<double> parameters(shape.n_parameters());
  const NetworkParts<double> parts(shape, parameters);
  const auto first = parts.weights_1.flat(), second = parts.weights_2.flat();
  for (std::size_t i = 0; i < first.size(); ++i) first[i] = initial_std * generator.normal(0, i);
  for (std::size_t i = 0; i < second.size(); ++i) second[i] = initial_std * generator.normal(1, i);
  return parameters;
}

} // namespace

ThermometerTraining::ThermometerTraining(const mpi::Communicator& comm, const LabelledSample& sample,
                                         const lattice::Geometry& geometry, const ThermometerOptions& options,
                                         const ThermometerStreams& streams, SafePoint safe_point)
    : objective_(comm, sample, options.n_hidden, options.l2), images_(geometry, options.flip, streams.image),
      max_iterations_(options.max_iterations),
      n_rounds_((options.max_iterations + iterations_per_round - 1) / iterations_per_round),
      safe_point_(std::move(safe_point)),
      parameters_(initial_parameters(objective_.shape(), streams.initial)) {}

void ThermometerTraining::advance() {
  const std::uint64_t left = max_iterations_ - n_rounds_done() * iterations_per_round;
  petsc::MinimiseOptions options;
  options.max_iterations = static_cast<int>(std::min(left, iterations_per_round));
  options.gradient_tolerance = 1e-7;
  objective_.show(images_, n_rounds_done());
  std::vector<double> at = parameters_; // which stay as they are until the round is over
  const auto objective = [this](auto x, auto gradient) {
    pass(safe_point_);
    return objective_(x, gradient);
  };
  const auto result = petsc::minimise(at, objective, options);
  parameters_ = std::move(at);
  history_.push_back(result.value);
}

void ThermometerTraining::save(StateSink& sink) const {
  sink.replicated("parameters", std::span<const double>(parameters_));
  sink.replicated("history", std::span<const double>(history_));
}

void ThermometerTraining::load(StateSource& source) {
  source.replicated("parameters", std::span<double>(parameters_));
  history_.resize(source.n_saved("history"));
  source.replicated("history", std::span<double>(history_));
}

} // namespace blockspin::analysis
