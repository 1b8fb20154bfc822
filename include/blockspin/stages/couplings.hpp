#pragma once
// [couplings.NAME]: effective couplings of an ensemble, by maximum pseudo-likelihood, or of a machine, in closed form.

#include <optional>

#include "blockspin/campaign/stage.hpp"
#include "blockspin/rg/coupling_estimates.hpp"
#include "blockspin/stages/ensemble.hpp"
#include "blockspin/stages/machine.hpp"
#include "blockspin/stages/or_none.hpp"

namespace blockspin::stages {

struct CouplingsDeck {
  OrNone<std::string> sample, rbm; ///< one of them
  std::optional<std::uint64_t> epoch;
  std::vector<std::uint64_t> epoch_scan;
  std::uint64_t even = 3, odd = 0; ///< couplings sought, the first of each list
};

class CouplingsStage : public campaign::StageOf<CouplingsDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<CouplingsDeck>& schema();
  static std::vector<archive::Row> rows();
  static std::string results(const archive::Archive& archive, const std::string& group);
  void check(const campaign::Plan& plan, const campaign::Complain& complain) const override;
  campaign::Estimate estimate(const campaign::Plan& plan, int n_ranks) const override;
  void run(campaign::Context& context) override;

private:
  /// The lattice of the ensemble or the machine; empty where it has none, or is not known.
  std::vector<std::uint64_t> lattice(const campaign::Plan& plan) const;
  campaign::Estimate estimate_machine(const campaign::Plan& plan, int n_ranks) const;
  campaign::Estimate estimate_sample(const campaign::Plan& plan, int n_ranks) const;
  void run_sample(campaign::Context& context);
  void run_machine(campaign::Context& context);
  rg::CouplingSetup setup_for(const EnsembleInfo& ensemble) const;
  void tell(const std::vector<double>& temperatures, const std::vector<rg::CouplingEstimates>& found) const;
};

} // namespace blockspin::stages
