#pragma once
// With what probability a spin flips in one local update, by the state of its neighbourhood.

#include <cstdint>
#include <vector>

namespace blockspin::ising {

enum class LocalUpdate {
  metropolis, ///< min(1, exp(-dE/T)); in one dimension half of it, see flip_probability()
  heat_bath,  ///< 1 / (1 + exp(dE/T)): the new spin is drawn from its conditional distribution
};

/// Which neighbourhoods an update must tell apart. Metropolis without a field in two or more dimensions flips
/// every spin that has at least as many antiparallel neighbours as parallel ones, so only the counts 0 .. d-1
/// need a random decision; otherwise the class is the spin and the count: (z + 1) * (1 for an up spin) +
/// count, z = 2 d neighbours.
enum class ClassScheme { few_antiparallel, spin_and_count };

ClassScheme class_scheme(LocalUpdate update, double field, int n_neighbours);
int n_classes(ClassScheme scheme, int n_neighbours);

/// Probability that a spin with `antiparallel` of its `n_neighbours` neighbours antiparallel flips at
/// temperature T > 0, J = k_B = 1; the energy is -sum s s' - field sum s, so dE = 2 (z - 2
/// antiparallel) + 2 field spin.
double flip_probability(LocalUpdate update, double temperature, double field, int n_neighbours, int spin,
                        int antiparallel);

/// The flip probability of every class as a 64-bit fraction: the spin flips where a uniform 64-bit integer is
/// below it. A probability of 1 is marked in `always`, as 2^64 is no 64-bit integer.
struct FlipTable {
  std::vector<std::uint64_t> threshold; ///< [class]
  std::vector<bool> always;             ///< [class]
};
FlipTable flip_table(LocalUpdate update, double temperature, double field, int n_neighbours);

} // namespace blockspin::ising
