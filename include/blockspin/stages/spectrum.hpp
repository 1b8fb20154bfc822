#pragma once
// [spectrum]: singular values and vectors of a machine's weights.

#include <optional>

#include "blockspin/campaign/model.hpp"
#include "blockspin/campaign/stage.hpp"

namespace blockspin::stages {

struct SpectrumDeck {
  std::string rbm;
  std::optional<std::uint64_t> epoch;
  std::vector<std::uint64_t> epoch_scan;
};

class SpectrumStage : public campaign::StageOf<SpectrumDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<SpectrumDeck>& schema();
  static std::vector<archive::Row> rows();
  static std::string results(const archive::Archive& archive, const std::string& group);
  void check(const campaign::Plan& plan, const campaign::Complain& complain) const override;
  campaign::Estimate estimate(const campaign::Plan& plan, int n_ranks) const override;
  void run(campaign::Context& context) override;
  std::optional<campaign::ModelDeck> model(const campaign::Plan& plan) const override;
};

} // namespace blockspin::stages
