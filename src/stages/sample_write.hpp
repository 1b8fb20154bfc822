#pragma once
// From a finished sampling run to the group of a sample stage.

#include <vector>

#include "blockspin/ising/observables.hpp"
#include "blockspin/replica/kept.hpp"
#include "blockspin/replica/ladder_setup.hpp"
#include "blockspin/replica/sampling.hpp"

namespace blockspin::campaign {
class Context;
}

namespace blockspin::stages {

/// What a sample stage has to write.
struct SampleRun {
  replica::LadderSetup setup;                       ///< of the simulated temperatures
  replica::ExchangeStatistics exchange = {};        ///< of the simulated temperatures
  std::vector<ising::Observables> observables = {}; ///< of the simulated temperatures
  std::vector<double> temperatures = {};            ///< all
  std::uint64_t n_configurations = 0;
  std::uint64_t n_sweeps = 0; ///< measured
  std::vector<replica::TargetReport> targets = {};
  std::string update = {};
  bool flip = false; ///< a random global sign for each kept configuration
};

/// Accepted share of a pair of simulated temperatures.
double acceptance(const replica::ExchangeStatistics& exchange, std::size_t pair);

/// Turns each configuration of a simulated temperature over where its coin says so. Local.
void flip_at_random(const replica::LadderSetup& setup, std::size_t temperature, replica::KeptRows& rows);

/// Collective: writes and commits the group. `kept` is null where no temperature is simulated.
void write_sample(campaign::Context& context, const SampleRun& run, const replica::KeptConfigurations* kept);

} // namespace blockspin::stages
