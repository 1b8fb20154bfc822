// The thermometer on data whose best possible score is known: class c holds independent
// spins of magnetisation m_c.

#include <cmath>
#include <gtest/gtest.h>

#include "blockspin/analysis/thermometer_training.hpp"
#include "support/memory_state.hpp"
#include "support/world.hpp"

using namespace blockspin;

namespace {

constexpr std::uint64_t n_classes = 4, per_class = 500;
constexpr std::size_t n_sites = 12; // a 3x4 lattice
const std::vector<double> magnetization = {0.9, 0.5, 0.2, 0.0};
const lattice::Geometry geometry({3, 4});

rng::Generator stream(std::uint64_t instance) { return {11, rng::StreamId::test, instance}; }

/// Configurations of one class and ladder are copies of each other; as many ladders
/// as configurations: none are.
float test_spin(std::uint64_t i, std::size_t site, std::uint64_t n_ladders = per_class) {
  const double up = 0.5 * (1 + magnetization[i / per_class]);
  const std::uint64_t first = i - i % per_class + i % per_class % n_ladders;
  return stream(1).uniform(first, site) < up ? 1.0F : -1.0F;
}

analysis::LabelledSample make_sample(const mpi::Communicator& comm, std::uint64_t n_ladders = per_class) {
  const mpi::Range mine = analysis::items_of_rank(n_classes * per_class, analysis::block_size, comm);
  Array<std::uint8_t, 2> packed({mine.size(), packed_bytes(n_sites)});
  std::vector<float> spins(n_sites);
  for (std::uint64_t i = mine.first; i < mine.last; ++i) {
    for (std::size_t s = 0; s < n_sites; ++s) spins[s] = test_spin(i, s, n_ladders);
    pack(spins, packed.row(i - mine.first));
  }
  return {comm, n_classes, per_class, n_sites, std::move(packed), 0.2, stream(2)};
}

/// -ln p and accuracy of the exact posterior (it knows the number of spins up only) over
/// the held-out configurations.
analysis::TestScore best_score(const analysis::LabelledSample& sample) {
  analysis::TestScore score;
  for (std::uint64_t i = 0; i < n_classes * per_class; ++i) {
    if (!sample.held_out(i)) continue;
    std::vector<double> p(n_classes, 1.0);
    for (std::size_t s = 0; s < n_sites; ++s)
      for (std::size_t c = 0; c < n_classes; ++c) p[c] *= 0.5 * (1 + test_spin(i, s) * magnetization[c]);
    double sum = 0;
    for (const double x : p) sum += x;
    score.cross_entropy -= std::log(p[i / per_class] / sum) / static_cast<double>(sample.n_test());
  }
  return score;
}

/// f in plain double precision, straight from its definition.
double reference_objective(const analysis::LabelledSample& sample, const analysis::NetworkShape& shape,
                           std::span<const double> parameters, double l2) {
  const analysis::NetworkParts<const double> parts(shape, parameters);
  double loss = 0, squares = 0;
  for (std::uint64_t i = 0; i < n_classes * per_class; ++i) {
    if (sample.held_out(i)) continue;
    std::vector<double> logits(parts.bias_2.begin(), parts.bias_2.end());
    for (std::size_t j = 0; j < shape.n_hidden; ++j) {
      double field = parts.bias_1[j];
      for (std::size_t s = 0; s < n_sites; ++s) field += test_spin(i, s) * parts.weights_1(s, j);
      for (std::size_t c = 0; c < n_classes; ++c) logits[c] += std::tanh(field) * parts.weights_2(j, c);
    }
    double sum = 0;
    for (const double x : logits) sum += std::exp(x);
    loss += std::log(sum) - logits[i / per_class];
  }
  for (const double w : parts.weights_1.flat()) squares += w * w;
  for (const double w : parts.weights_2.flat()) squares += w * w;
  return loss / static_cast<double>(sample.n_train()) + 0.5 * l2 * squares;
}

std::vector<double> random_parameters(const analysis::NetworkShape& shape) {
  std::vector<double> parameters(shape.n_parameters());
  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i] = 0.3 * stream(3).normal(0, i);
  return parameters;
}

analysis::ThermometerOptions small_options(std::uint64_t iterations) {
  return {.n_hidden = 6, .l2 = 1e-3, .max_iterations = iterations, .flip = false};
}

/// Central difference of the reference objective along a random direction, less the
/// gradient's, relative to it.
double gradient_error(double fault) {
  const auto sample = make_sample(test_world());
  const analysis::CrossEntropy objective(test_world(), sample, 6, 0.01);
  std::vector<double> at = random_parameters(objective.shape()), gradient(at.size()), direction(at.size());
  objective(at, gradient);
  gradient[3] += fault;
  double slope = 0;
  for (std::size_t i = 0; i < at.size(); ++i) {
    direction[i] = stream(4).normal(0, i);
    slope += direction[i] * gradient[i];
  }
  const double h = 1e-4;
  const auto value = [&](double t) {
    std::vector<double> moved = at;
    for (std::size_t i = 0; i < at.size(); ++i) moved[i] += t * direction[i];
    return reference_objective(sample, objective.shape(), moved, 0.01);
  };
  return std::abs((value(h) - value(-h)) / (2 * h) - slope) / std::abs(slope);
}

} // namespace

TEST(CrossEntropy, IsItsDefinitionToFloatPrecision) {
  const auto sample = make_sample(test_world());
  const analysis::CrossEntropy objective(test_world(), sample, 6, 0.01);
  const std::vector<double> at = random_parameters(objective.shape());
  std::vector<double> gradient(at.size());
  EXPECT_NEAR(objective(at, gradient), reference_objective(sample, objective.shape(), at, 0.01), 1e-6);
}

TEST(CrossEntropy, GradientAgreesWithFiniteDifferences) { EXPECT_LT(gradient_error(0.0), 1e-4); }

TEST(CrossEntropy, AWrongGradientEntryIsSeen) { EXPECT_GT(gradient_error(0.01), 1e-3); }

TEST(CrossEntropy, IsTheSameBitsForEveryRankCount) {
  const auto alone = mpi::Communicator::self();
  const auto divided = make_sample(test_world()), whole = make_sample(alone);
  const analysis::CrossEntropy on_all(test_world(), divided, 6, 0.01), on_one(alone, whole, 6, 0.01);
  const std::vector<double> at = random_parameters(on_all.shape());
  std::vector<double> gradient_all(at.size()), gradient_one(at.size());
  EXPECT_EQ(on_all(at, gradient_all), on_one(at, gradient_one));
  EXPECT_EQ(gradient_all, gradient_one);
}

TEST(LabelledSample, HoldsOutTheAskedShareOnceAndForAll) {
  const auto sample = make_sample(test_world());
  std::uint64_t n_test = 0;
  for (std::uint64_t i = 0; i < n_classes * per_class; ++i) n_test += sample.held_out(i) ? 1 : 0;
  EXPECT_EQ(n_test, 400U);
  EXPECT_EQ(sample.n_test(), 400U);
  EXPECT_EQ(sample.n_train(), 1600U);
}

TEST(SymmetryImages, KeepEveryNeighbourhood) {
  // A lattice whose spins encode their column: after any translation, columns still hold one value each.
  const analysis::SymmetryImages images(geometry, true, stream(5));
  std::vector<float> spins(n_sites), image(n_sites);
  for (std::size_t s = 0; s < n_sites; ++s) spins[s] = s % 4 == 2 ? 1.0F : -1.0F;
  bool flipped = false, moved = false;
  for (std::uint64_t item = 0; item < 40; ++item) {
    images.apply(0, item, spins, image);
    for (std::size_t s = 4; s < n_sites; ++s) EXPECT_EQ(image[s], image[s - 4]);
    const float sum = image[0] + image[1] + image[2] + image[3];
    EXPECT_EQ(std::abs(sum), 2.0F);
    flipped = flipped || sum == 2.0F;
    moved = moved || image != spins;
  }
  EXPECT_TRUE(flipped && moved);
}

TEST(ThermometerTraining, ComesNearTheBestPossibleScoreAndNotBelowIt) {
  const auto sample = make_sample(test_world());
  analysis::ThermometerTraining training(test_world(), sample, geometry, small_options(100),
                                         {stream(6), stream(7)});
  while (!training.done()) training.advance();
  const analysis::TestScore score = analysis::test_score(test_world(), sample, training.network(), per_class);
  const analysis::TestScore best = best_score(sample);
  EXPECT_LT(score.cross_entropy, best.cross_entropy + 0.05);
  // On 400 configurations a fitted network may undercut the exact posterior by chance: by less than 5 sigma.
  EXPECT_GT(score.cross_entropy, best.cross_entropy - 5 * score.cross_entropy_error);
  EXPECT_EQ(training.history().size(), 5U);
}

TEST(TestScore, CopiesCountOnce) {
  const analysis::NetworkShape shape{n_sites, 3, n_classes};
  std::vector<double> parameters(shape.n_parameters());
  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i] = stream(8).normal(0, i);
  const analysis::Network network(shape, parameters);
  const auto copies = make_sample(test_world(), 50), independent = make_sample(test_world());
  const auto error = [&](const analysis::LabelledSample& sample, std::uint64_t n_ladders) {
    return analysis::test_score(test_world(), sample, network, n_ladders).cross_entropy_error;
  };
  // Of each ladder and class 2 copies on average are in the test, 2.6 beside a given one: sqrt(2.8) = 1.7.
  EXPECT_GT(error(copies, 50), 1.3 * error(copies, per_class));
  EXPECT_NEAR(error(independent, 50) / error(independent, per_class), 1.0, 0.3); // 50 ladders: to 10 %
  const auto alone = mpi::Communicator::self();
  EXPECT_EQ(analysis::test_score(alone, make_sample(alone, 50), network, 50).cross_entropy_error,
            error(copies, 50));
}

TEST(ThermometerTraining, ResumesToTheSameBitsOnAnotherRankCount) {
  const auto sample = make_sample(test_world());
  analysis::ThermometerTraining whole(test_world(), sample, geometry, small_options(50),
                                      {stream(6), stream(7)});
  MemorySink sink(test_world());
  while (!whole.done()) {
    whole.advance();
    if (whole.history().size() == 2) whole.save(sink);
  }
  const auto alone = mpi::Communicator::self();
  const auto sample_alone = make_sample(alone);
  analysis::ThermometerTraining resumed(alone, sample_alone, geometry, small_options(50),
                                        {stream(6), stream(7)});
  MemorySource source(sink.state());
  resumed.load(source);
  while (!resumed.done()) resumed.advance();
  EXPECT_EQ(resumed.parameters(), whole.parameters());
  EXPECT_EQ(resumed.history(), whole.history());
}
