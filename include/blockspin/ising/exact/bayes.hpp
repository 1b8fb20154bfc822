#pragma once
// The best possible thermometer: Bayes' posterior over temperatures, known exactly.

#include <cstdint>
#include <span>
#include <vector>

namespace blockspin::ising::exact {

/// Uniform prior over the given temperatures; p(T | configuration) is proportional to exp(-E/T)/Z(T), so the
/// energy is all a thermometer can use.
class BayesThermometer {
public:
  BayesThermometer(std::vector<std::uint64_t> extents, std::vector<double> temperatures);

  /// ln p(T_k | E) for every k; E is the total energy of one configuration.
  std::vector<double> ln_posterior(double energy) const;

  /// Mean of -ln p(T_true | E) in nats, and how often the most probable temperature is the true one.
  struct Score {
    double cross_entropy = 0;
    double accuracy = 0;
  };
  /// On given configurations: energy[i] total, temperature index[i]. Ties go to the lowest temperature.
  Score score(std::span<const double> energy, std::span<const std::size_t> index) const;
  /// Expected over the exact ensemble with as many configurations at every temperature,
  /// from the density of states.
  Score expected() const;

private:
  std::vector<std::uint64_t> extents_;
  std::vector<double> temperatures_;
  std::vector<double> ln_z_;
  double ground_energy_ = 0;
};

} // namespace blockspin::ising::exact
