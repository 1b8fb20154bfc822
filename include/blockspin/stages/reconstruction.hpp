#pragma once
// [reconstruction]: what each layer of a stack still knows of a configuration, and how its units order.

#include <optional>

#include "blockspin/stages/stage.hpp"

namespace blockspin::stages {

enum class PassRule { sampled, mean_field };
std::vector<std::string> choice_names(PassRule); ///< in the order of the enumerators

struct ReconstructionDeck {
  std::string rbm;
  std::optional<std::string> sample;
  std::optional<deck::Temperatures> temperatures;
  std::uint64_t configurations = 1000;
  std::uint64_t examples = 4;
  PassRule dynamics = PassRule::sampled;
  std::optional<std::uint64_t> window;
};

class ReconstructionStage : public StageOf<ReconstructionDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<ReconstructionDeck>& schema();
  std::vector<Reference> references(const Plan& plan) const override;
  void check(const Plan& plan, const Complain& complain) const override;
  Estimate estimate(const Plan& plan, int n_ranks) const override;
  void run(Context& context) override;

private:
  std::string sample_name(const Plan& plan) const;
};

} // namespace blockspin::stages
