#include "blockspin/stages/thermometer.hpp"

#include <cmath>
#include <limits>
#include <numeric>

#include "blockspin/analysis/thermometer_training.hpp"
#include "blockspin/base/log.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/ising/exact/bayes.hpp"
#include "blockspin/ising/exact/density_of_states.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/stages/ensemble.hpp"

namespace blockspin::stages {

namespace {

using ising::exact::BayesThermometer;

analysis::LabelledSample read_labelled(const campaign::Context& context, const StoredEnsemble& stored,
                                       double test_fraction, const rng::Generator& split) {
  std::vector<std::size_t> all(stored.temperature.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const std::uint64_t n = all.size() * stored.n_configurations;
  const mpi::Range mine = analysis::items_of_rank(n, analysis::block_size, context.comm());
  return {context.comm(),
          all.size(),
          stored.n_configurations,
          stored.n_sites,
          read_configurations(context.archive(), stored, all, mine),
          test_fraction,
          split};
}

struct BayesScores {
  BayesThermometer::Score on_test{std::nan(""), std::nan("")};
  BayesThermometer::Score expected{std::nan(""), std::nan("")};
};

/// NaN where the lattice is not known exactly. Redundant on every rank.
BayesScores bayes_scores(const campaign::Context& context, const StoredEnsemble& stored,
                         const analysis::LabelledSample& sample) {
  BayesScores scores;
  if (!is_exactly_known(stored.model)) return scores;
  const auto& extents = stored.model->lattice.values;
  const BayesThermometer bayes(extents, stored.temperature);
  const auto all = read_energies(context.archive(), stored);
  std::vector<double> energy;
  std::vector<std::size_t> label;
  for (std::uint64_t i = 0; i < all.size(); ++i) {
    if (!sample.held_out(i)) continue;
    energy.push_back(all[i]);
    label.push_back(sample.label(i));
  }
  scores.on_test = bayes.score(energy, label);
  if (ising::exact::has_density(extents)) scores.expected = bayes.expected();
  return scores;
}

void write_network(archive::StageWriter& writer, const analysis::NetworkShape& shape,
                   std::span<const double> parameters) {
  const analysis::NetworkParts<const double> parts(shape, parameters);
  writer.write_replicated("layer_1/weights", {shape.n_inputs, shape.n_hidden}, parts.weights_1.flat());
  writer.write_replicated("layer_1/bias", {shape.n_hidden}, parts.bias_1);
  writer.write_replicated("layer_2/weights", {shape.n_hidden, shape.n_classes}, parts.weights_2.flat());
  writer.write_replicated("layer_2/bias", {shape.n_classes}, parts.bias_2);
}

void write_scores(archive::StageWriter& writer, const analysis::TestScore& score, const BayesScores& bayes) {
  writer.write_scalar("test/cross_entropy", score.cross_entropy);
  writer.write_scalar("test/cross_entropy_error", score.cross_entropy_error);
  writer.write_scalar("test/accuracy", score.accuracy);
  writer.write_scalar("test/bayes_cross_entropy", bayes.on_test.cross_entropy);
  writer.write_scalar("test/bayes_accuracy", bayes.on_test.accuracy);
  writer.write_scalar("bayes/cross_entropy", bayes.expected.cross_entropy);
  writer.write_scalar("bayes/accuracy", bayes.expected.accuracy);
}

} // namespace

const deck::Schema<ThermometerDeck>& ThermometerStage::schema() {
  using namespace deck;
  using D = ThermometerDeck;
  static const Schema<D> schema(
      "thermometer", "trains a network that reads the temperature of a configuration",
      field("sample", &D::sample, "configurations to learn from; their temperatures are the classes")
          .refers_to(an_ensemble),
      field("hidden", &D::hidden, "hidden tanh units").check(between(1, 100000)),
      field("test_fraction", &D::test_fraction, "share of the configurations held out for the test")
          .check(inside(0, 1)),
      field("l2", &D::l2,
            "weight decay: l2/2 times the sum of squared weights is added to the mean cross entropy")
          .check(between(0, 1e6)),
      field(
          "max_iterations", &D::max_iterations,
          "quasi-Newton iterations, in rounds of 20, each round on new symmetry images of the configurations")
          .check(between(1, 1000000)));
  return schema;
}

std::optional<campaign::ModelDeck> ThermometerStage::model(const campaign::Plan& plan) const {
  if (plan.find(group()) != this) return plan.model_of(*this, "");
  const auto info = find_ensemble(plan, deck().sample);
  return info ? info->model : std::nullopt;
}

void ThermometerStage::check(const campaign::Plan& plan, const campaign::Complain& complain) const {
  const EnsembleInfo info = ensemble_of(plan, deck().sample);
  if (!info.temperatures)
    complain("sample", info.group + " has no temperatures to learn", "an ensemble with temperatures");
  else if (info.n_classes() < 2)
    complain("sample", "has one temperature only", "a sample of two or more temperatures");
  check_lattice(info.lattice, info.group, "sample", complain);
  const double n = static_cast<double>(info.n_classes() * info.n_configurations);
  if (const double n_test = std::round(deck().test_fraction * n); n_test < 1 || n_test > n - 1)
    complain("test_fraction",
             "holds out " + format_number(n_test) + " of the " + format_number(n) + " configurations of " +
                 info.group,
             "what leaves at least one to test and one to learn");
}

campaign::Estimate ThermometerStage::estimate(const campaign::Plan& plan, int n_ranks) const {
  const EnsembleInfo info = find_ensemble(plan, deck().sample).value_or(EnsembleInfo{});
  const auto n_classes = static_cast<double>(info.n_classes());
  const double n = n_classes * static_cast<double>(info.n_configurations);
  const auto inputs = static_cast<double>(info.n_sites);
  const double weights = static_cast<double>(deck().hidden) * (inputs + n_classes);
  campaign::Estimate estimate;
  // The optimiser keeps 40 correction vectors on every rank; configurations are divided.
  estimate.memory_per_rank = n * inputs / 4 / n_ranks + weights * 8 * 60;
  estimate.archive_bytes = weights * 8;
  estimate.work = n * static_cast<double>(deck().max_iterations);
  estimate.work_unit = "gradients of a configuration";
  estimate.seconds = estimate.work * weights * 6 / 2e10;
  estimate.layout =
      "blocks of 256 configurations over " + counted(static_cast<std::uint64_t>(n_ranks), "rank");
  return estimate;
}

void ThermometerStage::run(campaign::Context& context) {
  const StoredEnsemble stored = open_ensemble(context, deck().sample);
  const auto sample = read_labelled(context, stored, deck().test_fraction,
                                    context.random(rng::StreamId::thermometer_split, label()));
  analysis::ThermometerTraining training(
      context.comm(), sample, lattice::Geometry(stored.lattice),
      {deck().hidden, deck().l2, deck().max_iterations, stored.model && stored.model->field == 0.0},
      {context.random(rng::StreamId::thermometer_initial, label()),
       context.random(rng::StreamId::thermometer_image, label())},
      [&] { context.safe_point(); });
  context.run_stepper(training);

  const analysis::Network network = training.network();
  const auto score = analysis::test_score(context.comm(), sample, network, stored.n_ladders);
  const BayesScores bayes = bayes_scores(context, stored, sample);
  archive::StageWriter writer = context.begin_writing();
  writer.write_replicated("temperature", {stored.temperature.size()},
                          std::span<const double>(stored.temperature));
  write_network(writer, network.shape(), training.parameters());
  write_scores(writer, score, bayes);
  writer.write_replicated("history/objective", {training.history().size()},
                          std::span<const double>(training.history()));
  writer.commit();
}

bool is_exactly_known(const std::optional<campaign::ModelDeck>& model) {
  return model && model->field == 0.0 && ising::exact::is_known(model->lattice.values);
}

analysis::Thermometer read_thermometer(const campaign::Context& context, const std::string& name,
                                       const std::optional<campaign::ModelDeck>& model) {
  const archive::Archive& archive = context.archive();
  const std::string group = context.plan().group_of(a_thermometer, name);
  analysis::Thermometer result;
  result.temperature = archive.read_all<double>(group + "/temperature");
  const auto extent = archive.extent(group + "/layer_1/weights");
  std::vector<double> parameters;
  for (const char* part : {"/layer_1/weights", "/layer_1/bias", "/layer_2/weights", "/layer_2/bias"}) {
    const auto values = archive.read_all<double>(group + part);
    parameters.insert(parameters.end(), values.begin(), values.end());
  }
  const analysis::NetworkShape shape{extent.at(0), extent.at(1), result.temperature.size()};
  if (parameters.size() != shape.n_parameters())
    throw_agreed(ErrorKind::archive, "the network's layers do not go together",
                 archive.path() + ": " + group);
  result.network = analysis::Network(shape, parameters);
  if (is_exactly_known(model))
    result.ln_posterior = [bayes = BayesThermometer(model->lattice.values, result.temperature)](
                              double energy) { return bayes.ln_posterior(energy); };
  return result;
}

std::vector<rng::StreamId> ThermometerStage::streams() {
  using enum rng::StreamId;
  return {thermometer_split, thermometer_initial, thermometer_image};
}

std::vector<archive::Row> ThermometerStage::rows() {
  using enum ElementType;
  const archive::Axis temperature{"temperature", "temperature"};
  const archive::Axis visible{"visible", ""}, hidden{"hidden", ""}, round{"round", ""};
  return {
      {"temperature", f64, {temperature}, "J/k_B", "temperatures of the classes"},
      {"layer_1/weights", f64, {visible, hidden}, "1", "W1 of p = softmax(b2 + tanh(b1 + v W1) W2)"},
      {"layer_1/bias", f64, {hidden}, "1", "b1"},
      {"layer_2/weights", f64, {hidden, temperature}, "1", "W2"},
      {"layer_2/bias", f64, {temperature}, "1", "b2"},
      {"test/cross_entropy", f64, {}, "nats", "mean -ln p(true class) over the held-out configurations"},
      {"test/cross_entropy_error",
       f64,
       {},
       "nats",
       "standard error of test/cross_entropy, from the scatter between ladders"},
      {"test/accuracy",
       f64,
       {},
       "1",
       "share of held-out configurations whose likeliest class is the true one"},
      {"test/bayes_cross_entropy",
       f64,
       {},
       "nats",
       "the same of the exact posterior exp(-E/T - ln Z(T)), on the same configurations; NaN where ln Z is "
       "not known"},
      {"test/bayes_accuracy", f64, {}, "1", "accuracy of the exact posterior on the same configurations"},
      {"bayes/cross_entropy",
       f64,
       {},
       "nats",
       "expected cross entropy of the exact posterior, from the density of states; NaN where it is not "
       "known"},
      {"bayes/accuracy", f64, {}, "1", "expected accuracy of the exact posterior"},
      {"history/objective",
       f64,
       {round},
       "nats",
       "training objective at the end of each round of 20 iterations"},
  };
}

} // namespace blockspin::stages
