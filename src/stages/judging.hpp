#pragma once
// Configurations that judge a machine: those it has not learned, and beside them those it has.

#include <optional>
#include <string>
#include <vector>

#include "blockspin/base/packed.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/stages/ensemble.hpp"
#include "blockspin/stages/machine.hpp"

namespace blockspin::stages {

/// Where configurations come from that a machine has not learned.
enum class Judges {
  held_out,    ///< of its own sample, those that its training held out
  independent, ///< another ensemble, which the deck names
  drawn,       ///< from the same model, afresh
  none,        ///< there are none: all were learned, and no model is known to draw from
};
std::string name(Judges judges);

/// What judges a machine, by the deck alone.
struct JudgingPlan {
  Judges judges = Judges::none;
  EnsembleInfo ensemble; ///< whose temperatures they have, and whose configurations unless they are drawn
  mpi::Range each;       ///< configurations of each temperature
};
/// `sample`: an ensemble that the deck names, or none; the machine's own counts as none. Local.
JudgingPlan plan_judging(const campaign::Plan& plan, const MachineInfo& machine,
                         const std::optional<std::string>& sample);

/// Configurations of some temperatures, as many of each, counted one temperature after the other.
struct JudgingRows {
  std::vector<double> temperature;
  std::uint64_t n_each = 0;
  std::uint64_t n_ladders = 1; ///< configuration c of a temperature is of ladder c % n_ladders
  mpi::Range mine;             ///< this rank's
  Array<std::uint8_t, 2> packed;

  std::uint64_t n_rows() const { return temperature.size() * n_each; }
};

/// Those with indices `each` of these temperatures of an ensemble. Collective.
JudgingRows stored_rows(const campaign::Context& context, const StoredEnsemble& ensemble,
                        const std::vector<std::size_t>& temperatures, mpi::Range each);
/// n of each temperature, sampled as [sample] does with its keys left alone; independent of every other
/// sample, by `label`. The stage must declare the streams of [sample]. Takes as long as a sample of as many. Collective.
JudgingRows drawn_rows(campaign::Context& context, const campaign::ModelDeck& model,
                       const std::vector<double>& temperatures, std::uint64_t n, const std::string& label);
/// Bytes that a rank needs for so many configurations that judge. Local.
double bytes_of_judging(const JudgingPlan& judging, std::uint64_t n_configurations, int n_ranks);
/// What drawing takes, in seconds of one core. Local.
double seconds_of_drawing(const campaign::ModelDeck& model, std::size_t n_temperatures, std::uint64_t n);

/// Of the temperatures that the machine learned, their indices in its own ensemble. Local.
std::vector<std::size_t> learned_temperatures(const MachineInfo& machine, const StoredEnsemble& own);
/// The place of each judged temperature among others; none where it is not there. One class without
/// temperatures is another's. Local.
std::vector<std::optional<std::size_t>> places_of(const std::vector<double>& judged,
                                                  const std::vector<double>& among);

/// Warns where a machine is judged by nothing that it has not learned. Local.
void warn_of_no_judges(const std::string& label, const MachineInfo& machine);

} // namespace blockspin::stages
