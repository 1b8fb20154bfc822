#include "blockspin/stages/block.hpp"

#include "blocked_ensemble.hpp"
#include "blockspin/base/log.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/stages/block_filters.hpp"

namespace blockspin::stages {

const deck::Schema<BlockDeck>& BlockStage::schema() {
  using namespace deck;
  using D = BlockDeck;
  static const auto schema =
      Schema<D>("block", "block spins of an ensemble's configurations: ensembles themselves",
                field("sample", &D::sample, "the ensemble").required().refers_to(an_ensemble),
                field("rule", &D::rule, blocking_rule_help),
                field("filter", &D::filter, filter_help).refers_to(an_ensemble, {"none"}),
                field("factor", &D::factor, "side of a block").check(between(2, 3)),
                field("level", &D::level, "how often configurations are blocked, one time after the other")
                    .check(between(1, 40)),
                field("levels", &D::levels,
                      "instead of level: ensembles of each level up to this one, in which level is 1, 2, ...")
                    .default_text("none")
                    .check(between(1, 40))
                    .scans("level", "l")
                    .counts_copies("l"))
          .rule("rule", [](const Resolved<D>& resolved) {
            return blocking_problem(resolved.deck.rule, resolved.deck.filter.has_value());
          });
  return schema;
}

std::vector<archive::Row> BlockStage::rows() { return blocked_rows(); }

std::vector<rng::StreamId> BlockStage::streams() {
  using enum rng::StreamId;
  return {block_tie};
}

std::string BlockStage::family() const {
  const std::string suffix = "_l" + std::to_string(deck().level);
  return label().ends_with(suffix) ? label().substr(0, label().size() - suffix.size()) : label();
}

EnsembleInfo BlockStage::ensemble_info(const campaign::Plan& plan) const {
  return blocked_info(find_ensemble(plan, deck().sample).value_or(EnsembleInfo{}), group(), deck().factor,
                      deck().level);
}

void BlockStage::check(const campaign::Plan& plan, const campaign::Complain& complain) const {
  const EnsembleInfo fine = ensemble_of(plan, deck().sample);
  if (!check_lattice(fine.lattice, fine.group, "sample", complain)) return;
  const unsigned most = most_levels(ising::RowLattice(fine.lattice), deck().factor, 3);
  const std::string name = deck::extents_text({fine.lattice});
  if (most == 0)
    complain("factor",
             "blocks of " + std::to_string(deck().factor) + " a side do not divide " + name +
                 ", or leave less than 3 a side",
             "2 or 3, whichever divides every side");
  else if (deck().level > most)
    complain("level",
             name + " can be blocked " + std::to_string(most) + " times by " + std::to_string(deck().factor) +
                 ": further on a side would be shorter than 3, or is not divided",
             "1 to " + std::to_string(most));
  else if (deck().filter)
    check_filters(filters_up_to(plan, *deck().filter), *deck().filter, fine.lattice, deck().factor,
                  deck().level, complain);
}

campaign::Estimate BlockStage::estimate(const campaign::Plan& plan, int n_ranks) const {
  constexpr double program_bytes = 5e7, bytes_a_second = 2e8;
  const EnsembleInfo fine = find_ensemble(plan, deck().sample).value_or(EnsembleInfo{}),
                     coarse = ensemble_info(plan);
  const double n = static_cast<double>(fine.n_configurations * fine.n_classes());
  campaign::Estimate cost;
  cost.archive_bytes = n * (static_cast<double>(packed_bytes(coarse.n_sites)) + 8);
  cost.memory_per_rank = program_bytes + 2.0 * bytes_of_blocking + cost.archive_bytes / n_ranks;
  cost.work = n;
  cost.work_unit = "configurations";
  cost.seconds = n * static_cast<double>(packed_bytes(fine.n_sites)) / bytes_a_second;
  cost.layout = "configurations divided over the ranks";
  return cost;
}

void BlockStage::run(campaign::Context& context) {
  const StoredEnsemble fine = open_ensemble(context, deck().sample);
  const ising::RowLattice lattice(fine.lattice);
  std::vector<ising::BlockFilter> filters;
  if (deck().filter) filters = read_filters(context, *deck().filter, lattice.n_dimensions());
  log::info(label() + ": blocks " + std::to_string(fine.temperature.size() * fine.n_configurations) +
            " configurations of " + fine.group);
  const BlockSpins blocks = block_ensemble(context, fine,
                                           {lattice, block_rule(deck().rule), deck().factor, deck().level,
                                            context.random(rng::StreamId::block_tie, family()), filters});
  archive::StageWriter writer = context.begin_writing();
  write_blocked(writer, fine, blocks);
  writer.commit();
}

} // namespace blockspin::stages
