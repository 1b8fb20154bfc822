#pragma once
// [mapping]: how far a machine is from an exact variational renormalization of the
// Ising model at one temperature.

#include <optional>

#include "blockspin/campaign/model.hpp"
#include "blockspin/campaign/stage.hpp"

namespace blockspin::stages {

struct JudgingPlan;
struct JudgingRows;

struct MappingDeck {
  std::string rbm;
  double temperature = 0;
  std::optional<std::string> sample;
  std::optional<std::string> likelihood;
  std::optional<std::uint64_t> configurations;
  std::uint64_t hidden_configurations = 32;
  double extra = 0.1;
};

class MappingStage : public campaign::StageOf<MappingDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<MappingDeck>& schema();
  static std::vector<archive::Row> rows();
  static std::string results(const archive::Archive& archive, const std::string& group);
  static std::vector<rng::StreamId> streams();
  std::vector<campaign::Reference> references(const campaign::Plan& plan) const override;
  void check(const campaign::Plan& plan, const campaign::Complain& complain) const override;
  campaign::Estimate estimate(const campaign::Plan& plan, int n_ranks) const override;
  void run(campaign::Context& context) override;
  std::optional<campaign::ModelDeck> model(const campaign::Plan& plan) const override;

private:
  bool is_built_in() const { return deck().rbm == "bond" || deck().rbm == "lin_tegmark"; }
  std::string sample_name(const campaign::Plan& plan) const;
  JudgingPlan judging(const campaign::Plan& plan) const;
  JudgingRows judging_rows(campaign::Context& context, const JudgingPlan& judging) const;
  std::optional<JudgingRows> learned_rows(campaign::Context& context) const;
};

} // namespace blockspin::stages
