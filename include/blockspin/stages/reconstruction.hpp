#pragma once
// [reconstruction]: what each layer of a stack still knows of a configuration, and how its units order.

#include <optional>

#include "blockspin/campaign/model.hpp"
#include "blockspin/campaign/stage.hpp"
#include "blockspin/stages/pass_rule.hpp"

namespace blockspin::stages {

struct ReconstructionDeck {
  std::string rbm;
  std::optional<std::string> sample;
  std::optional<deck::Temperatures> temperatures;
  std::optional<std::uint64_t> configurations; ///< auto: as many as there are, up to a thousand
  std::uint64_t examples = 4;
  PassRule dynamics = PassRule::sampled;
  std::optional<std::uint64_t> window;
};

class ReconstructionStage : public campaign::StageOf<ReconstructionDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<ReconstructionDeck>& schema();
  static std::vector<archive::Row> rows();
  static std::string results(const archive::Archive& archive, const std::string& group);
  static std::vector<rng::StreamId> streams();
  std::vector<campaign::Reference> references(const campaign::Plan& plan) const override;
  void check(const campaign::Plan& plan, const campaign::Complain& complain) const override;
  campaign::Estimate estimate(const campaign::Plan& plan, int n_ranks) const override;
  void run(campaign::Context& context) override;
  unsigned state_version() const override { return 2; }
  std::optional<campaign::ModelDeck> model(const campaign::Plan& plan) const override;

private:
  /// Configurations that are used, of so many that the sample keeps at a temperature.
  std::uint64_t n_configurations(std::uint64_t n_kept) const;
  std::string sample_name(const campaign::Plan& plan) const;
};

} // namespace blockspin::stages
