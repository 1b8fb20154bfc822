#pragma once
// [couplings.NAME]: effective couplings of an ensemble, by maximum pseudo-likelihood.

#include "blockspin/campaign/stage.hpp"
#include "blockspin/rg/coupling_estimates.hpp"
#include "blockspin/stages/ensemble.hpp"

namespace blockspin::stages {

struct CouplingsDeck {
  std::string sample;
  std::uint64_t even = 3, odd = 0; ///< couplings sought, the first of each list
};

class CouplingsStage : public campaign::StageOf<CouplingsDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<CouplingsDeck>& schema();
  static std::vector<archive::Row> rows();
  void check(const campaign::Plan& plan, const campaign::Complain& complain) const override;
  campaign::Estimate estimate(const campaign::Plan& plan, int n_ranks) const override;
  void run(campaign::Context& context) override;

private:
  rg::CouplingSetup setup_for(const EnsembleInfo& ensemble) const;
  void tell(const std::vector<double>& temperatures, const std::vector<rg::CouplingEstimates>& found) const;
};

} // namespace blockspin::stages
