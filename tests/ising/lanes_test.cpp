#include <algorithm>

#include <gtest/gtest.h>

#include "blockspin/base/packed.hpp"
#include "blockspin/ising/lanes.hpp"
#include "enumeration.hpp"

using namespace blockspin;
using ising::FlipRule;
using ising::LaneCounts;
using ising::LaneGeometry;
using ising::Lanes;
using ising::LocalUpdate;
using lattice::Geometry;

namespace {

FlipRule same_rule(LocalUpdate update, double temperature, double field, const Geometry& g) {
  const std::vector<ising::FlipTable> tables(8, flip_table(update, temperature, field, g.n_neighbours()));
  return {class_scheme(update, field, g.n_neighbours()), tables};
}

struct Case {
  std::vector<std::uint64_t> extents;
  LocalUpdate update;
  double temperature;
  double field;
};

/// Class counts of 512 lattices after equilibration, one state each, over several independent batches.
std::map<StateClass, double> sampled(const Case& c, const FlipRule& rule, int n_sweeps) {
  const LaneGeometry geometry{Geometry(c.extents)};
  const rng::Generator generator(11, rng::StreamId::test, 7);
  std::map<StateClass, double> seen;
  for (std::uint64_t batch = 0; batch < 40; ++batch) {
    Lanes lanes(geometry, batch);
    lanes.randomise(rng::Generator(11, rng::StreamId::test, 8));
    for (int s = 0; s < n_sweeps; ++s) lanes.sweep(rule, generator, static_cast<std::uint64_t>(s));
    LaneCounts counts;
    lanes.count(counts);
    for (int i = 0; i < 512; ++i) seen[{counts.antiparallel[i], counts.up[i]}] += 1;
  }
  return seen;
}

/// Enumerated once for each shape.
const std::map<StateClass, double>& states_of(const Geometry& g) {
  static std::map<std::string, std::map<StateClass, double>> all;
  const auto [at, is_new] = all.try_emplace(g.name());
  if (is_new) at->second = count_states(g);
  return at->second;
}

double score(const Case& c, double rule_temperature) {
  const Geometry g(c.extents);
  const auto rule = same_rule(c.update, rule_temperature, c.field, g);
  return chi_square_score(sampled(c, rule, 150), boltzmann(g, states_of(g), c.temperature, c.field));
}

const std::vector<Case> cases = {
    {{4, 4}, LocalUpdate::metropolis, 2.5, 0.0},   {{4, 4}, LocalUpdate::heat_bath, 2.5, 0.0},
    {{4, 4}, LocalUpdate::metropolis, 3.0, 0.3},   {{4, 4}, LocalUpdate::heat_bath, 3.0, -0.2},
    {{3, 5}, LocalUpdate::metropolis, 3.0, 0.0},   {{3, 5}, LocalUpdate::heat_bath, 3.0, 0.4},
    {{9}, LocalUpdate::metropolis, 1.0, 0.0},      {{10}, LocalUpdate::heat_bath, 1.0, 0.1},
    {{8}, LocalUpdate::metropolis, 1.5, 0.1},      {{3, 3, 3}, LocalUpdate::metropolis, 5.0, 0.0},
    {{3, 3, 3}, LocalUpdate::heat_bath, 5.0, 0.2},
};

} // namespace

// 20,480 independent states each against enumeration; a score above 5 comes by chance once in 3.5e6.
TEST(Lanes, SampleTheBoltzmannDistribution) {
  for (const Case& c : cases) {
    EXPECT_LT(score(c, c.temperature), 5.0)
        << Geometry(c.extents).name() << " T " << c.temperature << " h " << c.field;
  }
}

// The same test must see an acceptance that belongs to a temperature 6 % off.
TEST(Lanes, TheTestSeesAWrongAcceptance) {
  for (const Case& c : cases) {
    EXPECT_GT(score(c, 1.06 * c.temperature), 5.0) << Geometry(c.extents).name();
  }
}

TEST(Lanes, EveryInstructionSetGivesTheSameBits) {
  for (const Case& c : cases) {
    const LaneGeometry geometry{Geometry(c.extents)};
    const auto rule = same_rule(c.update, c.temperature, c.field, geometry.geometry);
    const rng::Generator generator(3, rng::StreamId::test, 0);
    std::vector<std::vector<std::uint64_t>> results;
    for (const auto set : rng::available_instruction_sets()) {
      Lanes lanes(geometry, 5, set);
      lanes.randomise(generator);
      for (std::uint64_t s = 0; s < 20; ++s) lanes.sweep(rule, generator, s);
      LaneCounts counts;
      lanes.count(counts);
      results.emplace_back(lanes.words().begin(), lanes.words().end());
      results.back().insert(results.back().end(), counts.antiparallel, counts.antiparallel + 512);
      EXPECT_EQ(results.back(), results.front()) << rng::name(set);
    }
  }
}

TEST(Lanes, CountsAndPackingAgreeWithEachOther) {
  const LaneGeometry geometry{Geometry({4, 5})};
  Lanes lanes(geometry, 0);
  lanes.randomise(rng::Generator(1, rng::StreamId::test, 0));
  LaneCounts counts;
  lanes.count(counts);
  for (int word = 0; word < 8; ++word) {
    std::vector<std::uint8_t> packed(64 * packed_bytes(20));
    lanes.pack(word, packed);
    for (std::size_t b = 0; b < 64; ++b) {
      std::uint64_t state = 0;
      for (std::size_t byte = 0; byte < 3; ++byte) state |= std::uint64_t{packed[3 * b + byte]} << (8 * byte);
      const std::size_t lattice = 64 * static_cast<std::size_t>(word) + b;
      EXPECT_EQ(classify(geometry.geometry, state),
                StateClass(counts.antiparallel[lattice], counts.up[lattice]));
    }
  }
}

// The bonds that a sweep counts as it goes, on lattices of two and of three colours and of every dimension.
TEST(Lanes, BondsCountedInTheSweepAreThoseOfTheResult) {
  for (const auto& extents :
       {std::vector<std::uint64_t>{10, 10}, {5, 7}, {4, 6, 4}, {3, 4, 5}, {12}, {9}, {40, 40}})
    for (const auto set : rng::available_instruction_sets())
      for (const double field : {0.0, 0.3}) {
        const LaneGeometry geometry{Geometry(extents)};
        const auto rule = same_rule(LocalUpdate::metropolis, 2.3, field, geometry.geometry);
        const rng::Generator generator(3, rng::StreamId::test, 0);
        Lanes counting(geometry, 1, set), plain(geometry, 1, set);
        counting.randomise(generator);
        plain.randomise(generator);
        std::vector<std::uint64_t> planes(8 * static_cast<std::size_t>(geometry.n_bond_planes));
        for (std::uint64_t s = 0; s < 3; ++s) {
          counting.sweep(rule, generator, s, {planes.data(), 8, geometry.n_bond_planes});
          plain.sweep(rule, generator, s);
        }
        ASSERT_TRUE(std::ranges::equal(counting.words(), plain.words()));
        LaneCounts counts;
        plain.count(counts);
        for (std::size_t lattice = 0; lattice < 512; ++lattice) {
          std::uint64_t n = 0;
          for (int p = 0; p < geometry.n_bond_planes; ++p)
            n |= (planes[8 * static_cast<std::size_t>(p) + lattice / 64] >> (lattice % 64) & 1) << p;
          ASSERT_EQ(n, counts.antiparallel[lattice]) << geometry.geometry.name() << " " << rng::name(set);
        }
      }
}

TEST(Lanes, SwapsExchangeWholeLattices) {
  const LaneGeometry geometry{Geometry({3, 3})};
  for (const auto set : rng::available_instruction_sets())
    for (const bool beyond : {false, true}) {
      Lanes lanes(geometry, 0, set), next(geometry, 1, set);
      lanes.randomise(rng::Generator(1, rng::StreamId::test, 0));
      next.randomise(rng::Generator(1, rng::StreamId::test, 0));
      const auto nine = [&](std::size_t site) {
        std::vector<std::uint64_t> words(lanes.words().begin() + static_cast<std::ptrdiff_t>(8 * site),
                                         lanes.words().begin() + static_cast<std::ptrdiff_t>(8 * site + 8));
        words.push_back(next.words()[8 * site]);
        return words;
      };
      std::vector<std::vector<std::uint64_t>> before;
      for (std::size_t site = 0; site < 9; ++site) before.push_back(nine(site));
      const std::vector<std::uint64_t> rest(next.words().begin() + 1, next.words().begin() + 8);
      const std::uint64_t mask[9] = {0xFF, 0, 0x0F0F, 0, 0, 1, 0, beyond ? 0xF00D : std::uint64_t{0}, 0};
      lanes.swap_neighbouring_words(std::span(mask).first<8>(), beyond ? &next : nullptr);
      for (std::size_t site = 0; site < 9; ++site)
        for (std::size_t w = 0; w < 9; ++w) {
          const std::uint64_t upper = mask[w], lower = w > 0 ? mask[w - 1] : 0;
          std::uint64_t expected = before[site][w] & ~(upper | lower);
          if (w < 8) expected |= before[site][w + 1] & upper;
          if (w > 0) expected |= before[site][w - 1] & lower;
          EXPECT_EQ(nine(site)[w], expected) << rng::name(set);
        }
      EXPECT_TRUE(std::equal(rest.begin(), rest.end(), next.words().begin() + 1));
    }
}
