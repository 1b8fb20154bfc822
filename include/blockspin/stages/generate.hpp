#pragma once
// [generate]: configurations that a machine makes by itself, an ensemble as others are.

#include <optional>

#include "blockspin/analysis/generation.hpp"
#include "blockspin/campaign/model.hpp"
#include "blockspin/campaign/stage.hpp"
#include "blockspin/stages/ensemble.hpp"

namespace blockspin::stages {

enum class GenerateMethod { gibbs, tempering, trajectory };
enum class GenerateStart { data, random };
std::vector<std::string> choice_names(GenerateMethod); ///< in the order of the enumerators
std::vector<std::string> choice_names(GenerateStart);

struct GenerateDeck {
  std::string rbm;
  std::optional<std::uint64_t> epoch;
  std::uint64_t layer = 0;
  std::optional<std::uint64_t> machine;
  GenerateMethod method = GenerateMethod::gibbs;
  GenerateStart start = GenerateStart::random;
  std::optional<std::string> sample;
  std::optional<deck::Temperatures> temperatures;
  std::uint64_t configurations = 10000;
  std::uint64_t chains = 100;
  std::uint64_t equilibration = 1000;
  std::uint64_t steps = 10;
  std::uint64_t replicas = 10;
  double least_beta = 0.0;
};

class GenerateStage : public campaign::StageOf<GenerateDeck>, public EnsembleProvider {
public:
  static constexpr const char* provides = an_ensemble;
  using StageOf::StageOf;
  static const deck::Schema<GenerateDeck>& schema();
  static std::vector<archive::Row> rows();
  static std::string results(const archive::Archive& archive, const std::string& group);
  static std::vector<rng::StreamId> streams();
  std::vector<campaign::Reference> references(const campaign::Plan& plan) const override;
  void check(const campaign::Plan& plan, const campaign::Complain& complain) const override;
  campaign::Estimate estimate(const campaign::Plan& plan, int n_ranks) const override;
  void run(campaign::Context& context) override;
  std::optional<campaign::ModelDeck> model(const campaign::Plan& plan) const override;
  EnsembleInfo ensemble_info(const campaign::Plan& plan) const override;

private:
  bool from_data() const { return deck().start == GenerateStart::data; }
  /// Whose chains run, counted from 1.
  std::uint64_t machine_number() const;
  /// The ensemble whose configurations chains start at: its own, or the machine's.
  std::string sample_name(const campaign::Plan& plan) const;
  analysis::GenerationPlan generation(std::size_t n_classes) const;
  /// Machines along the training of the one that runs, the nearest first; none with another method. Collective.
  std::vector<rbm::Machine> read_along(const campaign::Context& context,
                                       const std::vector<rbm::Machine>& stack) const;
  /// How often replicas were exchanged. Collective.
  void write_exchanges(archive::StageWriter& writer, const analysis::Generation& chains) const;
  Array<std::uint8_t, 2> read_starts(const campaign::Context& context, const StoredEnsemble& sample,
                                     const std::vector<double>& temperatures) const;
};

} // namespace blockspin::stages
