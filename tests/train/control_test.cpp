// Control data keep the magnetisation and forget the lattice; a twin that forgets too little is caught.

#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/base/packed.hpp"
#include "blockspin/train/control.hpp"

using namespace blockspin;

namespace {

constexpr std::size_t side = 10, n_sites = side * side, n_configurations = 4000;

/// Stripes of a random number of up columns at a random place: strongly correlated neighbours, magnetisations
/// of all sizes.
Array<std::uint8_t, 2> striped() {
  const rng::Generator random(11, rng::StreamId::test, rng::instance_number("control"));
  Array<std::uint8_t, 2> packed({n_configurations, packed_bytes(n_sites)});
  for (std::size_t i = 0; i < n_configurations; ++i) {
    const std::uint64_t first = random.below(i, 0, side), width = random.below(i, 1, side + 1);
    std::vector<float> spins(n_sites);
    for (std::size_t s = 0; s < n_sites; ++s)
      spins[s] = (s % side + side - first) % side < width ? 1.0F : -1.0F;
    pack(spins, packed.row(i));
  }
  return packed;
}

Array<std::uint8_t, 2> controlled(train::Control control) {
  const rng::Generator random(12, rng::StreamId::rbm_control, rng::instance_number("/sample/main"));
  auto packed = striped();
  for (std::size_t i = 0; i < n_configurations; ++i)
    train::apply_control(control, random, {i % 7, i / 7}, n_sites, packed.row(i));
  return packed;
}

std::vector<int> spins_of(const Array<std::uint8_t, 2>& packed, std::size_t i) {
  const PackedView view{packed, n_sites};
  std::vector<int> spins(n_sites);
  for (std::size_t s = 0; s < n_sites; ++s) spins[s] = view.spin(i, s);
  return spins;
}

int total(const std::vector<int>& spins) {
  int sum = 0;
  for (const int s : spins) sum += s;
  return sum;
}

/// Mean over configurations of (neighbours' s s' along both axes, less
/// `expected`(total)), in standard errors.
template <class Expected>
double neighbour_pull(const Array<std::uint8_t, 2>& packed, Expected expected) {
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < n_configurations; ++i) {
    const auto spins = spins_of(packed, i);
    int bonds = 0;
    for (std::size_t y = 0; y < side; ++y)
      for (std::size_t x = 0; x < side; ++x)
        bonds += spins[y * side + x] * (spins[y * side + (x + 1) % side] + spins[(y + 1) % side * side + x]);
    const double excess = bonds / (2.0 * n_sites) - expected(i, total(spins));
    sum += excess;
    squares += excess * excess;
  }
  return sum / std::sqrt(squares);
}

/// All pairs of sites agree alike: (M^2 - N) / (N (N - 1)), exactly, for a random order of the sites.
double all_pairs(std::size_t, int total) {
  constexpr double n = n_sites;
  return (static_cast<double>(total) * total - n) / (n * (n - 1));
}

} // namespace

// 5.5 standard errors of a mean over 4,000: false alarm 4e-8 each.
constexpr double most_sigma = 5.5;

TEST(Control, ShuffledSitesKeepTheMagnetisationAndNoNeighbours) {
  const auto before = striped(), after = controlled(train::Control::shuffled_sites);
  for (std::size_t i = 0; i < n_configurations; ++i)
    ASSERT_EQ(total(spins_of(before, i)), total(spins_of(after, i)));
  EXPECT_LT(std::abs(neighbour_pull(after, all_pairs)), most_sigma);
}

TEST(Control, IndependentSpinsHaveTheMagnetisationInTheMean) {
  const auto before = striped(), after = controlled(train::Control::independent);
  const auto square_of_mean = [&](std::size_t i, int) {
    const double m = total(spins_of(before, i)) / static_cast<double>(n_sites);
    return m * m;
  };
  EXPECT_LT(std::abs(neighbour_pull(after, square_of_mean)), most_sigma);
  double sum = 0, variance = 0;
  for (std::size_t i = 0; i < n_configurations; ++i) {
    const double m = total(spins_of(before, i)) / static_cast<double>(n_sites);
    sum += total(spins_of(after, i)) - m * n_sites;
    variance += n_sites * (1 - m * m);
  }
  EXPECT_LT(std::abs(sum), most_sigma * std::sqrt(variance));
}

TEST(Control, OneOrderForAllConfigurationsIsTheFaultTheTestSees) {
  auto packed = striped();
  for (std::size_t i = 0; i < n_configurations; ++i) { // the fault: rows turned, not shuffled
    auto spins = spins_of(packed, i);
    std::rotate(spins.begin(), spins.begin() + static_cast<std::ptrdiff_t>(i % n_sites), spins.end());
    pack(std::vector<float>(spins.begin(), spins.end()), packed.row(i));
  }
  EXPECT_GT(std::abs(neighbour_pull(packed, all_pairs)), most_sigma);
}

TEST(Control, NoneChangesNothing) {
  const auto before = striped(), after = controlled(train::Control::none);
  EXPECT_TRUE(std::ranges::equal(before.flat(), after.flat()));
}

TEST(Control, NumbersBelongToTheConfiguration) {
  const rng::Generator random(12, rng::StreamId::rbm_control, 1);
  auto a = striped(), b = striped();
  train::apply_control(train::Control::shuffled_sites, random, {3, 5}, n_sites, a.row(0));
  train::apply_control(train::Control::shuffled_sites, random, {3, 5}, n_sites, b.row(0));
  EXPECT_TRUE(std::ranges::equal(a.row(0), b.row(0)));
  train::apply_control(train::Control::shuffled_sites, random, {3, 6}, n_sites, a.row(1));
  train::apply_control(train::Control::shuffled_sites, random, {4, 6}, n_sites, b.row(1));
  EXPECT_FALSE(std::ranges::equal(a.row(1), b.row(1)));
}
