#pragma once
// What [generate] writes of one class of configurations: all that one start makes.

#include <optional>
#include <vector>

#include "blockspin/archive/stage_writer.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/campaign/model.hpp"
#include "blockspin/ising/correlation.hpp"
#include "blockspin/ising/observables.hpp"
#include "blockspin/lattice/geometry.hpp"
#include "blockspin/replica/kept.hpp"

namespace blockspin::stages {

/// Where a class stands among all of them, and what its configurations are of.
struct GeneratedClass {
  std::size_t index = 0, n_classes = 1;
  std::uint64_t n_configurations = 0;
  std::uint64_t n_ladders = 1; ///< configuration c is of ladder c % n_ladders
  std::uint64_t n_units = 0;
  std::optional<lattice::Geometry> geometry = {}; ///< where units have places
  double field = 0;
  double temperature =
      0; ///< NaN where it is not known, 0 or inf: specific heat and susceptibilities have none
};

/// What is measured on a class whose units have places.
struct GeneratedMeasures {
  ising::Observables observables;
  ising::Correlations correlations;
  bool reached_equilibrium = true; ///< whether the chains' beginnings are like their ends
};

/// Writes configuration, magnetization and, where units have places, energy; returns what is measured there.
/// `kept` holds the configurations by (class, index). Collective.
std::optional<GeneratedMeasures> write_class(campaign::Context& context, archive::StageWriter& writer,
                                             const GeneratedClass& about,
                                             const replica::KeptConfigurations& kept);

} // namespace blockspin::stages
