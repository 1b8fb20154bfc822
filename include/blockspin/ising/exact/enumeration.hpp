#pragma once
// Full enumeration of tiny periodic lattices of any dimension, with field: the oracle of oracles.

#include <cstdint>
#include <span>
#include <vector>

namespace blockspin::ising::exact {

/// A class of configurations: bond energy E = -sum s s, magnetisation M, and how many there are.
struct StateClass {
  std::int64_t energy = 0;
  std::int64_t magnetization = 0;
  std::uint64_t count = 0;
};

/// Means over the exact distribution at (T, field), per site where Observables are.
struct ExactObservables {
  double ln_z = 0;
  double energy = 0, specific_heat = 0;
  double magnetization = 0, abs_magnetization = 0, magnetization_squared = 0;
  double susceptibility = 0, susceptibility_high_t = 0, binder_cumulant = 0;
  double susceptibility_connected = 0;
};

/// Classes ordered by (energy, magnetisation). T > 0, inf allowed.
class Enumeration {
public:
  /// All 2^N configurations in Gray-code order, N <= 30; extents >= 3 (periodic), any dimension.
  explicit Enumeration(std::span<const std::uint64_t> extents);

  const std::vector<StateClass>& classes() const { return classes_; }
  std::uint64_t n_sites() const { return n_sites_; }
  /// Probability of each class.
  std::vector<double> probability(double temperature, double field = 0) const;
  double ln_z(double temperature, double field = 0) const;
  ExactObservables observables(double temperature, double field = 0) const;

private:
  std::vector<StateClass> classes_;
  std::uint64_t n_sites_ = 0;
};

} // namespace blockspin::ising::exact
