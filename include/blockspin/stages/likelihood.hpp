#pragma once
// [likelihood]: ln Z of a trained machine, the log-likelihood of its sample, and how far it is from the Ising
// model.

#include "blockspin/stages/stage.hpp"

namespace blockspin::stages {

enum class LnZMethod { exact, ais, automatic };
inline std::vector<std::string> choice_names(LnZMethod) { return {"exact", "ais", "auto"}; }

struct LikelihoodDeck {
  std::string rbm;
  LnZMethod method = LnZMethod::exact;
  std::uint64_t temperatures = 1000;
  std::uint64_t chains = 1000;
};

/// Of a stack, the machine next to the lattice.
class LikelihoodStage : public StageOf<LikelihoodDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<LikelihoodDeck>& schema();
  std::vector<Reference> references(const Plan& plan) const override;
  void check(const Plan& plan, const Complain& complain) const override;
  Estimate estimate(const Plan& plan, int n_ranks) const override;
  void run(Context& context) override;
};

} // namespace blockspin::stages
