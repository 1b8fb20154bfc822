#pragma once
// [filter.NAME]: a translation-invariant machine trained on an ensemble. Its hidden spins are an ensemble too, which
// the filter of the next level is trained on.

#include "blockspin/campaign/stage.hpp"
#include "blockspin/stages/block_filters.hpp"
#include "blockspin/stages/ensemble.hpp"
#include "blockspin/train/filter_trainer.hpp"

namespace blockspin::stages {

enum class FilterAlgorithm { cd, pcd };
inline std::vector<std::string> choice_names(FilterAlgorithm) { return {"cd", "pcd"}; }

struct FilterDeck {
  std::string sample = "main";
  unsigned side = 8;
  unsigned stride = 2;
  bool bias = false;
  FilterAlgorithm algorithm = FilterAlgorithm::cd;
  std::uint64_t gibbs_steps = 3;
  train::OptimiserKind optimiser = train::OptimiserKind::adam;
  double learning_rate = 0.001;
  double momentum = 0.0;
  std::uint64_t batch = 50;
  std::uint64_t epochs = 100;
  double initial_std = 0.01;
  double weight_limit = 1000.0;
  std::uint64_t seeds = 1;
};

class FilterStage : public campaign::StageOf<FilterDeck>, public EnsembleProvider, public FilterProvider {
public:
  static constexpr const char* provides = an_ensemble;
  using StageOf::StageOf;
  static const deck::Schema<FilterDeck>& schema();
  static std::vector<archive::Row> rows();
  static std::string results(const archive::Archive& archive, const std::string& group);
  static std::vector<rng::StreamId> streams();
  void check(const campaign::Plan& plan, const campaign::Complain& complain) const override;
  campaign::Estimate estimate(const campaign::Plan& plan, int n_ranks) const override;
  void run(campaign::Context& context) override;
  void check_state(std::size_t part, StateSource& source,
                   const std::vector<std::string>& changed) const override;
  EnsembleInfo ensemble_info(const campaign::Plan& plan) const override;
  FilterInfo filter_info(const campaign::Plan& plan) const override;

private:
  train::FilterSettings settings(const campaign::Context& context) const;
  [[noreturn]] void tell_divergence(const Error& error) const;
};

} // namespace blockspin::stages
