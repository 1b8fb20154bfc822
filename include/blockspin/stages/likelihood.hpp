#pragma once
// [likelihood]: ln Z of a trained machine, the log-likelihood of its sample, and how far
// it is from the Ising model.

#include "blockspin/campaign/context.hpp"
#include "blockspin/campaign/model.hpp"
#include "blockspin/rbm/annealing.hpp"

namespace blockspin::stages {

struct JudgingPlan;
struct JudgingRows;

enum class LnZMethod { exact, ais, automatic };
inline std::vector<std::string> choice_names(LnZMethod) { return {"exact", "ais", "auto"}; }

/// What `provides` of a stage that estimates ln Z says.
inline constexpr const char* a_likelihood = "likelihood";

struct LikelihoodDeck {
  std::string rbm;
  std::optional<std::string> sample;
  LnZMethod method = LnZMethod::exact;
  std::uint64_t temperatures = 1000;
  std::uint64_t chains = 1000;
};

/// Of a stack, the machine next to the lattice.
class LikelihoodStage : public campaign::StageOf<LikelihoodDeck> {
public:
  static constexpr const char* provides = a_likelihood;
  using StageOf::StageOf;
  static const deck::Schema<LikelihoodDeck>& schema();
  static std::vector<archive::Row> rows();
  static std::string results(const archive::Archive& archive, const std::string& group);
  static std::vector<rng::StreamId> streams();
  std::vector<campaign::Reference> references(const campaign::Plan& plan) const override;
  void check(const campaign::Plan& plan, const campaign::Complain& complain) const override;
  campaign::Estimate estimate(const campaign::Plan& plan, int n_ranks) const override;
  void run(campaign::Context& context) override;
  std::optional<campaign::ModelDeck> model(const campaign::Plan& plan) const override;
  /// The machine whose ln Z it is.
  const std::string& machine_name() const { return deck().rbm; }

private:
  JudgingRows judging_rows(campaign::Context& context, const JudgingPlan& judging) const;
};

/// ln Z of a machine and its error, as a [likelihood] of that name left them. Collective.
rbm::LnZEstimate read_ln_z(const campaign::Context& context, const std::string& name);

} // namespace blockspin::stages
