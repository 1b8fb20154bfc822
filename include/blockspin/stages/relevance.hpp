#pragma once
// [relevance.NAME]: the normal of the critical manifold as every layer of a machine sees it.

#include <optional>

#include "blockspin/campaign/stage.hpp"
#include "blockspin/rg/relevance.hpp"
#include "blockspin/stages/ensemble.hpp"
#include "blockspin/stages/machine.hpp"
#include "blockspin/stages/pass_rule.hpp"

namespace blockspin::stages {

struct RelevanceDeck {
  std::string rbm;
  std::optional<std::string> sample;
  std::optional<double> temperature; ///< empty: the critical one
  std::uint64_t modes = 5;
  PassRule dynamics = PassRule::sampled;
  std::optional<std::uint64_t> epoch;
  std::vector<std::uint64_t> epoch_scan;
};

class RelevanceStage : public campaign::StageOf<RelevanceDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<RelevanceDeck>& schema();
  static std::vector<archive::Row> rows();
  static std::string results(const archive::Archive& archive, const std::string& group);
  static std::vector<rng::StreamId> streams();
  std::vector<campaign::Reference> references(const campaign::Plan& plan) const override;
  std::optional<campaign::ModelDeck> model(const campaign::Plan& plan) const override;
  void check(const campaign::Plan& plan, const campaign::Complain& complain) const override;
  campaign::Estimate estimate(const campaign::Plan& plan, int n_ranks) const override;
  void run(campaign::Context& context) override;

private:
  std::string sample_name(const campaign::Plan& plan) const;
  /// The critical one where the key is left out; nothing for a chain.
  std::optional<double> temperature(const EnsembleInfo& sample) const;
  void check_sample(const EnsembleInfo& sample, const campaign::Complain& complain) const;
  void tell(const rg::Relevance& found) const;
};

} // namespace blockspin::stages
