#pragma once
// Ladders of lattices against enumeration and against one another.

#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "blockspin/replica/lattice_ladders.hpp"
#include "ising/enumeration.hpp"
#include "support/world.hpp"

namespace blockspin {

/// By temperature and ladder: the packed configuration, and the replica's number behind it.
using Configurations = std::map<std::pair<std::size_t, std::uint64_t>, std::vector<std::uint8_t>>;

/// Those that this rank holds. Collective.
inline Configurations local_configurations(replica::LatticeLadders& ladders) {
  Configurations all;
  ladders.configurations([&](const replica::KeptConfiguration& c) {
    auto& configuration = all[{c.temperature, c.ladder}];
    configuration.assign(c.packed.begin(), c.packed.end());
    configuration.push_back(static_cast<std::uint8_t>(c.replica));
  });
  return all;
}

/// Every configuration is on one rank of all, and all are there. Collective.
inline void expect_same(replica::LatticeLadders& together, const Configurations& expected) {
  const auto mine = local_configurations(together);
  for (const auto& [key, configuration] : mine) EXPECT_EQ(configuration, expected.at(key));
  EXPECT_EQ(test_world().sum(std::uint64_t{mine.size()}), expected.size());
}

/// A walker, divided over all ranks along the first axis, turns over into its opposite. Collective.
inline void expect_turned(const replica::WalkerFactory& make, const lattice::Geometry& geometry) {
  const bool divides = geometry.n_dimensions() > 1;
  const mpi::Communicator self = mpi::Communicator::self();
  const mpi::Communicator& group = divides ? test_world() : self;
  const lattice::Domain domain(group, geometry, {divides ? group.size() : 1, 1, 1});
  const auto walker = make(group, domain, 0);
  walker->sweep(2, 0);
  std::vector<std::uint8_t> before((geometry.n_sites() + 7) / 8), after(before.size());
  const replica::Reading reading = walker->count();
  walker->pack(before);
  walker->turn_over();
  walker->pack(after);
  const replica::Reading turned = walker->count();
  EXPECT_EQ(group.sum(reading.antiparallel), group.sum(turned.antiparallel));
  EXPECT_EQ(group.sum(reading.up) + group.sum(turned.up), geometry.n_sites());
  std::uint64_t n_bits = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i] & after[i], 0);
    n_bits += static_cast<std::uint64_t>(std::popcount(static_cast<unsigned>(before[i] ^ after[i])));
  }
  EXPECT_EQ(group.sum(n_bits), geometry.n_sites());
}

/// Chi-square scores against enumeration at the claimed temperatures, from `n_states` states of each, `apart`
/// sweeps apart, after ten times as many sweeps. Collective over all ranks.
inline std::vector<double> ladder_scores(replica::LatticeLadders ladders, const lattice::Geometry& geometry,
                                         const std::vector<double>& claimed, int n_states, int apart) {
  for (int s = 0; s < 10 * apart; ++s) ladders.sweep();
  std::vector<std::map<StateClass, double>> seen(claimed.size());
  for (int state = 0; state < n_states; ++state) {
    const auto readings = ladders.readings();
    const std::uint64_t first = ladders.local_series().first;
    for (std::size_t i = 0; i < readings.size(); ++i)
      seen[ladders.temperature_of(first + i)][{static_cast<std::uint32_t>(readings[i].antiparallel),
                                               static_cast<std::uint32_t>(readings[i].up)}] += 1;
    for (int s = 0; s < apart; ++s) ladders.sweep();
  }
  const auto counts = count_states(geometry);
  std::vector<double> scores;
  for (std::size_t t = 0; t < claimed.size(); ++t) {
    const auto p = boltzmann(geometry, counts, claimed[t], 0.0);
    std::map<StateClass, double> total;
    for (const auto& [c, unused] : p) total[c] = test_world().sum(seen[t].count(c) != 0 ? seen[t][c] : 0.0);
    scores.push_back(chi_square_score(total, p));
  }
  return scores;
}

} // namespace blockspin
