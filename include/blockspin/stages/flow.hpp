#pragma once
// [flow]: walkers through a machine, v -> h -> v -> ..., measured at every step.

#include <optional>

#include "blockspin/analysis/flow.hpp"
#include "blockspin/campaign/model.hpp"
#include "blockspin/campaign/stage.hpp"

namespace blockspin::analysis {
std::vector<std::string> choice_names(Dynamics); ///< in the order of the enumerators
}

namespace blockspin::stages {

/// Where walkers begin: kept configurations of a temperature, all spins up, or independent random spins.
struct FlowStart {
  enum class Kind { temperature, up, random } kind = Kind::temperature;
  double temperature = 0.0;
};

struct FlowDeck {
  std::string rbm;
  std::optional<std::uint64_t> epoch;
  std::vector<std::uint64_t> epoch_scan;
  std::optional<std::string> sample;
  std::string thermometer = "main";
  std::vector<FlowStart> start;
  std::uint64_t walkers = 1000;
  std::uint64_t steps = 100;
  analysis::Dynamics dynamics = analysis::Dynamics::sampled;
  bool couplings = false;
};

class FlowStage : public campaign::StageOf<FlowDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<FlowDeck>& schema();
  static std::vector<archive::Row> rows();
  static std::string results(const archive::Archive& archive, const std::string& group);
  static std::vector<rng::StreamId> streams();
  std::vector<campaign::Reference> references(const campaign::Plan& plan) const override;
  void check(const campaign::Plan& plan, const campaign::Complain& complain) const override;
  campaign::Estimate estimate(const campaign::Plan& plan, int n_ranks) const override;
  void run(campaign::Context& context) override;
  void check_state(std::size_t part, StateSource& source,
                   const std::vector<std::string>& changed) const override;
  std::optional<campaign::ModelDeck> model(const campaign::Plan& plan) const override;

private:
  /// The sample of the starts: its own, or the machine's.
  std::string sample_name(const campaign::Plan& plan) const;
};

} // namespace blockspin::stages

/// `up`, `random`, a temperature, or a range of temperatures.
template <>
struct blockspin::deck::Codec<blockspin::stages::FlowStart> {
  using Value = blockspin::stages::FlowStart;
  static std::vector<Value> parse_items(std::string_view text);
  static std::string text(const Value& value);
  static std::string type() { return "start"; }
  static std::string allowed() {
    return "a temperature of the sample, a range first:last:step, up, or random";
  }
};
