#pragma once
// [block.NAME]: the block spins of an ensemble, which are ensembles themselves.

#include "blockspin/campaign/stage.hpp"
#include "blockspin/stages/blocking_rule.hpp"
#include "blockspin/stages/ensemble.hpp"
#include "blockspin/stages/or_none.hpp"

namespace blockspin::stages {

struct BlockDeck {
  std::string sample;
  BlockingRule rule = BlockingRule::majority;
  OrNone<std::string> filter;
  unsigned factor = 2;
  unsigned level = 1;
  std::uint64_t levels = 1; ///< instances NAME_l1, NAME_l2, ...
};

class BlockStage : public campaign::StageOf<BlockDeck>, public EnsembleProvider {
public:
  static constexpr const char* provides = an_ensemble;
  using StageOf::StageOf;
  static const deck::Schema<BlockDeck>& schema();
  static std::vector<archive::Row> rows();
  static std::vector<rng::StreamId> streams();
  void check(const campaign::Plan& plan, const campaign::Complain& complain) const override;
  campaign::Estimate estimate(const campaign::Plan& plan, int n_ranks) const override;
  void run(campaign::Context& context) override;
  EnsembleInfo ensemble_info(const campaign::Plan& plan) const override;

private:
  /// "block.NAME" of the instance NAME_l2 of level 2: all levels draw the same ties, so that one is the next
  /// one's blocking.
  std::string family() const;
};

} // namespace blockspin::stages
