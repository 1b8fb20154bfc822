#pragma once
// [sample.NAME]: Ising configurations at many temperatures, and thermodynamics with error bars.

#include <optional>

#include "blockspin/campaign/stage.hpp"
#include "blockspin/replica/sampling.hpp"
#include "blockspin/stages/ensemble.hpp"
#include "blockspin/stages/or_none.hpp"

namespace blockspin::stages {

enum class SampleUpdate { automatic, metropolis, heat_bath, wolff, swendsen_wang };
std::vector<std::string> choice_names(SampleUpdate);

struct SampleDeck {
  std::optional<deck::Temperatures> temperatures; ///< empty: a ladder of equal acceptance is found
  OrNone<double> first, last;                     ///< its ends
  OrNone<std::uint64_t> count;                    ///< its temperatures
  std::uint64_t configurations = 0;               ///< kept per temperature
  SampleUpdate update = SampleUpdate::automatic;
  bool exchange = true;
  std::optional<std::uint64_t> replicas;      ///< at each temperature: independent ladders
  std::optional<std::uint64_t> equilibration; ///< sweeps
  std::optional<std::uint64_t> interval;      ///< sweeps
  OrNone<std::vector<replica::ErrorTarget>> target_error;
  OrNone<std::uint64_t> max_sweeps; ///< of sampling, where there are targets
  std::optional<bool> flip_symmetry;
  std::string model = "main";

  /// The temperatures where they are given, else where the search for them begins. Only
  /// for a deck whose rules hold.
  std::vector<double> ladder_to_begin_with() const;
};

class SampleStage : public campaign::StageOf<SampleDeck>, public EnsembleProvider {
public:
  static constexpr const char* provides = an_ensemble;
  using StageOf::StageOf;
  static const deck::Schema<SampleDeck>& schema();
  static std::vector<archive::Row> rows();
  static std::string results(const archive::Archive& archive, const std::string& group);
  static std::vector<rng::StreamId> streams();
  std::string growth_refusal(const std::string& key) const override;
  void check(const campaign::Plan& plan, const campaign::Complain& complain) const override;
  campaign::Estimate estimate(const campaign::Plan& plan, int n_ranks) const override;
  void run(campaign::Context& context) override;
  void check_state(std::size_t part, StateSource& source,
                   const std::vector<std::string>& changed) const override;
  unsigned state_version() const override { return 2; }
  std::optional<campaign::ModelDeck> model(const campaign::Plan& plan) const override;
  EnsembleInfo ensemble_info(const campaign::Plan& plan) const override;

private:
  /// The number of ladders where the deck leaves it open: that of the sample's beginning. Collective.
  std::uint64_t settle_replicas(campaign::Context& context, const replica::LadderSetup& setup,
                                bool clusters) const;
  /// Searches for the temperatures, or takes those found before. Collective.
  std::vector<double> settle_temperatures(campaign::Context& context, const replica::LadderSetup& setup,
                                          const struct UpdateChoice& update) const;
};

} // namespace blockspin::stages

/// `observable:error`.
template <>
struct blockspin::deck::Codec<blockspin::replica::ErrorTarget> {
  using Value = blockspin::replica::ErrorTarget;
  static Value parse(std::string_view text);
  static std::string text(const Value& value);
  static std::string type() { return "error target"; }
  static std::string allowed();
};
