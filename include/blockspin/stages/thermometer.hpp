#pragma once
// [thermometer]: a network that tells temperatures, beside the best that is possible.

#include "blockspin/analysis/flow.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/campaign/model.hpp"

namespace blockspin::stages {

/// What `provides` of a stage that makes thermometers says.
inline constexpr const char* a_thermometer = "thermometer";

struct ThermometerDeck {
  std::string sample = "main";
  std::uint64_t hidden = 80;
  double test_fraction = 0.2;
  double l2 = 1e-4;
  std::uint64_t max_iterations = 500;
};

class ThermometerStage : public campaign::StageOf<ThermometerDeck> {
public:
  static constexpr const char* provides = a_thermometer;
  using StageOf::StageOf;
  static const deck::Schema<ThermometerDeck>& schema();
  static std::vector<archive::Row> rows();
  static std::string results(const archive::Archive& archive, const std::string& group);
  static std::vector<rng::StreamId> streams();
  void check(const campaign::Plan& plan, const campaign::Complain& complain) const override;
  campaign::Estimate estimate(const campaign::Plan& plan, int n_ranks) const override;
  void run(campaign::Context& context) override;
  std::optional<campaign::ModelDeck> model(const campaign::Plan& plan) const override;
  /// The ensemble it learns.
  const std::string& sample() const { return deck().sample; }
  /// Hidden units of the network.
  std::uint64_t n_hidden() const { return deck().hidden; }
};

/// The trained network of that name. With a model that is known exactly it has the exact posterior beside
/// it. Collective.
analysis::Thermometer read_thermometer(const campaign::Context& context, const std::string& name,
                                       const std::optional<campaign::ModelDeck>& model);
/// Whether ln Z of the model is known at every temperature. Local.
bool is_exactly_known(const std::optional<campaign::ModelDeck>& model);

} // namespace blockspin::stages
