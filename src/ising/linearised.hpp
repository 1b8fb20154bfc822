#pragma once
// Observables as functions of means of powers, and their linearisations.

#include <cstdint>
#include <span>

#include "blockspin/ising/observables.hpp"
#include "blockspin/stats/moments.hpp"

namespace blockspin::ising {

/// Means of powers over some samples, the field's part of the energy included.
struct Means {
  long double energy = 0, energy_variance = 0, magnetization = 0, abs = 0, squared = 0, fourth = 0;
};

Means means_of(const stats::MomentSums& sums, long double field);

/// Bond energy and magnetisation of one configuration.
struct Sample {
  std::int64_t energy = 0, magnetization = 0;
};

/// An observable's value, and its linearisation sum_a (df/da) a_i for some of the samples.
class Linearised {
public:
  Linearised(const Ensemble& ensemble, const Means& means) : about_(ensemble), means_(means) {}

  /// A response, at T = 0 and inf.
  bool is_zero(Observable o) const;
  /// Whether the definition divides by zero, the Binder cumulant where M is 0 throughout, or by a temperature that is
  /// not known.
  bool is_undefined(Observable o) const;

  double value(Observable o) const { return static_cast<double>(exact_value(o)); }
  /// Of the samples whose means are x, x.energy_variance being taken about the mean of all.
  double linear(Observable o, const Means& x) const;
  double linear(Observable o, const Sample& sample) const { return linear(o, of_sample(sample)); }

  Means of_sample(const Sample& sample) const;
  /// Of a bin.
  Means of_bin(const stats::MomentSums& sums) const;

  const Means& of_all() const { return means_; }
  const Ensemble& about() const { return about_; }

private:
  long double exact_value(Observable o) const;
  /// <M>, which is 0 without a field whatever the samples' mean is.
  long double connected_mean() const { return about_.field == 0 ? 0 : means_.magnetization; }
  long double n_sites() const { return static_cast<long double>(about_.n_sites); }

  Ensemble about_;
  Means means_;
};

} // namespace blockspin::ising
