#include <gtest/gtest.h>

#include "../../src/ising/addresses.hpp"
#include "../../src/ising/half_row_kernels.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/ising/half_rows.hpp"
#include "enumeration.hpp"
#include "support/world.hpp"

using namespace blockspin;
using ising::FlipRule;
using ising::HalfRowGeometry;
using ising::HalfRows;
using ising::LocalUpdate;
using lattice::Geometry;

namespace {

struct Case {
  std::vector<std::uint64_t> extents;
  LocalUpdate update;
  double temperature;
  double field;
};

const std::vector<Case> cases = {
    {{4, 4}, LocalUpdate::metropolis, 2.5, 0.0},    {{4, 4}, LocalUpdate::heat_bath, 2.5, 0.0},
    {{3, 5}, LocalUpdate::metropolis, 3.0, 0.0},    {{5, 3}, LocalUpdate::metropolis, 3.0, 0.2},
    {{3, 4}, LocalUpdate::heat_bath, 3.0, -0.3},    {{4, 3}, LocalUpdate::metropolis, 3.0, 0.0},
    {{9}, LocalUpdate::metropolis, 1.5, 0.0},       {{10}, LocalUpdate::heat_bath, 1.0, 0.1},
    {{3, 3, 3}, LocalUpdate::metropolis, 5.0, 0.2}, {{3, 3, 3}, LocalUpdate::heat_bath, 5.0, 0.0},
};

/// One lattice on this rank alone.
struct Alone {
  explicit Alone(const Geometry& g, std::uint64_t walker = 0,
                 rng::InstructionSet set = rng::best_instruction_set())
      : self(mpi::Communicator::self()), geometry(self, lattice::Domain(self, g, {1, 1, 1})),
        spins(geometry, walker, set) {}
  mpi::Communicator self;
  HalfRowGeometry geometry;
  HalfRows spins;
};

std::vector<std::uint8_t> packed(const HalfRows& spins, const Geometry& g) {
  std::vector<std::uint8_t> out(packed_bytes(g.n_sites()));
  spins.pack(out);
  return out;
}

bool bit(const std::vector<std::uint8_t>& p, std::uint64_t site) {
  return (p[site / 8] >> (site % 8) & 1) != 0;
}

/// The update as the headers describe it, one spin at a time.
class Plain {
public:
  Plain(const Case& c, const std::vector<std::uint8_t>& start, const rng::Generator& generator,
        std::uint64_t walker)
      : c_(c), g_(c.extents), table_(flip_table(c.update, c.temperature, c.field, g_.n_neighbours())),
        generator_(generator), walker_(walker) {
    for (std::uint64_t s = 0; s < g_.n_sites(); ++s) up_.push_back(bit(start, s));
  }
  void sweep(std::uint64_t sweep) {
    for (int colour = 0; colour < g_.n_colours(); ++colour) {
      const auto before = up_;
      for (std::uint64_t s = 0; s < g_.n_sites(); ++s)
        if (g_.colour(s) == colour && flips(before, s, sweep)) up_[s] = !up_[s];
    }
  }
  bool up(std::uint64_t site) const { return up_[site]; }

private:
  bool flips(const std::vector<bool>& up, std::uint64_t site, std::uint64_t sweep) const {
    int antiparallel = 0;
    for (int axis = 0; axis < g_.n_dimensions(); ++axis)
      for (const bool ahead : {false, true})
        antiparallel += up[site] != up[g_.neighbour(site, axis, ahead)] ? 1 : 0;
    std::size_t k = static_cast<std::size_t>(antiparallel);
    if (class_scheme(c_.update, c_.field, g_.n_neighbours()) == ising::ClassScheme::spin_and_count)
      k += up[site] ? static_cast<std::size_t>(g_.n_neighbours() + 1) : 0;
    else if (k >= table_.threshold.size())
      return true;
    return table_.always[k] || uniform(site, sweep) < table_.threshold[k];
  }
  /// The spin's own 64-bit number.
  std::uint64_t uniform(std::uint64_t site, std::uint64_t sweep) const {
    const std::uint64_t length = g_.row_length(), row = site / length, x = site % length, i = x / 2;
    const std::uint64_t part = length % 2 != 0 && x + 1 == length ? 2 : x % 2;
    const std::uint64_t vector = (row * 3 + part) * ((length + 1023) / 1024) + i / 512;
    std::uint64_t number = 0;
    for (std::uint64_t j = 0; j < ising::n_coarse; ++j) {
      const std::uint64_t word = generator_.word(ising::coarse_sequence(walker_, sweep),
                                                 8 * (vector * ising::n_coarse + j) + i / 64 % 8);
      number = number << 1 | (word >> (i % 64) & 1);
    }
    return number << (64 - ising::n_coarse) |
           generator_.word(ising::fine_sequence(walker_, sweep), site) >> ising::n_coarse;
  }

  Case c_;
  Geometry g_;
  ising::FlipTable table_;
  rng::Generator generator_;
  std::uint64_t walker_;
  std::vector<bool> up_;
};

const std::vector<Case> shapes = {
    {{6, 8}, LocalUpdate::metropolis, 2.27, 0.0},     {{5, 7}, LocalUpdate::metropolis, 2.27, 0.0},
    {{4, 1026}, LocalUpdate::metropolis, 2.27, 0.0},  {{3, 1025}, LocalUpdate::heat_bath, 2.27, 0.1},
    {{4, 130}, LocalUpdate::heat_bath, 2.27, 0.0},    {{2100}, LocalUpdate::metropolis, 1.0, 0.0},
    {{4, 6, 130}, LocalUpdate::metropolis, 4.5, 0.0}, {{3, 4, 5}, LocalUpdate::metropolis, 4.5, 0.2},
    {{5, 64}, LocalUpdate::metropolis, 2.27, 0.0},    {{4, 128}, LocalUpdate::metropolis, 2.27, 0.0},
};

} // namespace

TEST(HalfRows, EqualThePlainUpdateBitForBitOnEveryInstructionSet) {
  for (const Case& c : shapes)
    for (const auto set : rng::available_instruction_sets()) {
      const Geometry g(c.extents);
      const rng::Generator generator(7, rng::StreamId::test, 1);
      Alone fast(g, 3, set);
      fast.spins.randomise(generator);
      Plain plain(c, packed(fast.spins, g), generator, 3);
      const FlipRule rule(c.update, c.temperature, c.field, g.n_neighbours());
      for (std::uint64_t sweep = 0; sweep < 4; ++sweep) {
        fast.spins.sweep(rule, generator, sweep);
        plain.sweep(sweep);
      }
      const auto result = packed(fast.spins, g);
      for (std::uint64_t s = 0; s < g.n_sites(); ++s)
        ASSERT_EQ(bit(result, s), plain.up(s)) << g.name() << " " << rng::name(set) << " site " << s;
    }
}

TEST(HalfRows, CountAsOneCountsByHand) {
  for (const Case& c : shapes) {
    const Geometry g(c.extents);
    Alone alone(g);
    alone.spins.randomise(rng::Generator(5, rng::StreamId::test, 0));
    const auto p = packed(alone.spins, g);
    std::uint64_t antiparallel = 0, up = 0;
    for (std::uint64_t s = 0; s < g.n_sites(); ++s) {
      up += bit(p, s) ? 1 : 0;
      for (int axis = 0; axis < g.n_dimensions(); ++axis)
        antiparallel += bit(p, s) != bit(p, g.neighbour(s, axis, true)) ? 1 : 0;
    }
    const auto counts = alone.spins.count();
    EXPECT_EQ(counts.antiparallel, antiparallel) << g.name();
    EXPECT_EQ(counts.up, up) << g.name();
  }
}

TEST(HalfRows, NaturalOrderAndBack) {
  for (const Case& c : shapes) {
    const Geometry g(c.extents);
    Alone a(g), b(g);
    a.spins.randomise(rng::Generator(5, rng::StreamId::test, 0));
    std::vector<std::uint64_t> natural(a.geometry.n_rows() * a.geometry.words_per_row());
    a.spins.copy_to(natural);
    b.spins.copy_from(natural);
    EXPECT_EQ(packed(a.spins, g), packed(b.spins, g)) << g.name();
  }
}

namespace {

/// Chi-square score of 10,000 states, 25 sweeps apart, against enumeration.
double score(const Case& c, double rule_temperature) {
  static std::map<std::string, std::map<StateClass, double>> states;
  const Geometry g(c.extents);
  const auto [at, is_new] = states.try_emplace(g.name());
  if (is_new) at->second = count_states(g);
  const rng::Generator generator(23, rng::StreamId::test, 0);
  Alone alone(g);
  alone.spins.randomise(generator);
  const FlipRule rule(c.update, rule_temperature, c.field, g.n_neighbours());
  std::map<StateClass, double> seen;
  for (std::uint64_t sweep = 0; sweep < 250000; ++sweep) {
    alone.spins.sweep(rule, generator, sweep);
    if (sweep % 25 != 0 || sweep < 500) continue;
    const auto counts = alone.spins.count();
    seen[{static_cast<std::uint32_t>(counts.antiparallel), static_cast<std::uint32_t>(counts.up)}] += 1;
  }
  return chi_square_score(seen, boltzmann(g, at->second, c.temperature, c.field));
}

} // namespace

// A score above 5.5 comes by chance once in 5e7.
TEST(HalfRows, SampleTheBoltzmannDistribution) {
  for (const Case& c : cases) EXPECT_LT(score(c, c.temperature), 5.5) << Geometry(c.extents).name();
}

// The same test must see an acceptance that belongs to a temperature 10 % off.
TEST(HalfRows, TheTestSeesAWrongAcceptance) {
  for (const Case& c : cases)
    EXPECT_GT(score(c, 1.1 * c.temperature), 5.5) << Geometry(c.extents).name() << " h " << c.field;
}
