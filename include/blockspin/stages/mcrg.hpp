#pragma once
// [mcrg.NAME]: Monte Carlo renormalization: exponents, couplings and the critical manifold's normal, level by
// level.

#include <optional>

#include "blockspin/campaign/stage.hpp"
#include "blockspin/rg/level_operators.hpp"
#include "blockspin/stages/blocking_rule.hpp"
#include "blockspin/stages/or_none.hpp"

namespace blockspin::stages {

struct McrgDeck {
  std::string model = "main";
  std::optional<double> temperature; ///< empty: the critical one
  BlockingRule rule = BlockingRule::majority;
  OrNone<std::string> filter;
  unsigned factor = 2;
  std::optional<unsigned> levels;             ///< empty: down to 4 a side
  std::uint64_t configurations = 0;           ///< of all ladders together
  std::optional<std::uint64_t> even, odd;     ///< operators; empty: the whole list
  OrNone<std::string> match;                  ///< a model of the lattice after one step
  std::optional<std::uint64_t> replicas;      ///< independent ladders
  std::optional<std::uint64_t> equilibration; ///< sweeps
  std::optional<std::uint64_t> interval;      ///< sweeps
};

class McrgStage : public campaign::StageOf<McrgDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<McrgDeck>& schema();
  static std::vector<archive::Row> rows();
  static std::string results(const archive::Archive& archive, const std::string& group);
  static std::vector<rng::StreamId> streams();
  std::optional<campaign::ModelDeck> model(const campaign::Plan& plan) const override;
  void check(const campaign::Plan& plan, const campaign::Complain& complain) const override;
  campaign::Estimate estimate(const campaign::Plan& plan, int n_ranks) const override;
  void run(campaign::Context& context) override;
  void check_state(std::size_t part, StateSource& source,
                   const std::vector<std::string>& changed) const override;
  std::vector<campaign::Part> parts() const override;
  unsigned state_version() const override { return 3; }

private:
  /// What `auto` stands for on a lattice: the critical temperature, if there is one; levels, operators, ladders.
  std::optional<double> temperature(const campaign::ModelDeck& lattice) const;
  rg::BlockingSetup blocking(const campaign::Plan& plan, const campaign::ModelDeck& lattice) const;
  unsigned automatic_levels(const campaign::Plan& plan, const ising::RowLattice& fine) const;
  std::uint64_t n_ladders(const campaign::ModelDeck& lattice) const;
  void record_choices(campaign::Context& context, const rg::BlockingSetup& blocking) const;

  /// Whether the filters, if there are any, can block so; complains where not.
  bool check_filter(const campaign::Plan& plan, const rg::BlockingSetup& blocking,
                    const campaign::Complain& complain) const;
  void check_match(const campaign::Plan& plan, const rg::BlockingSetup& blocking,
                   const campaign::Complain& complain) const;
};

} // namespace blockspin::stages
