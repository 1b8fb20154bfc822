#include <algorithm>

#include "blockspin/campaign/plan.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/stages/block_filters.hpp"
#include "blockspin/stages/ensemble.hpp"
#include "blockspin/stages/mcrg.hpp"
#include "operator_check.hpp"

namespace blockspin::stages {

namespace {

using Resolved = deck::Resolved<McrgDeck>;

/// Extents of a lattice that is blocked so often.
std::string blocked_name(const rg::BlockingSetup& blocking, unsigned level) {
  return deck::extents_text({rg::lattice_of(blocking, level).extents()});
}

} // namespace

const deck::Schema<McrgDeck>& McrgStage::schema() {
  using namespace deck;
  using D = McrgDeck;
  static const auto schema =
      Schema<D>(
          "mcrg",
          "Monte Carlo renormalization: exponents, couplings and the normal of the critical manifold by "
          "blocking Swendsen-Wang configurations",
          field("configurations", &D::configurations,
                "configurations that are measured, rounded up to a multiple of the replicas; none is stored")
              .required()
              .check(at_least(2))
              .check(at_most(1e10))
              .may_grow(),
          field("temperature", &D::temperature,
                "of the simulation; auto: the critical one, exact in two dimensions, 4.511523 in three")
              .unit("J/k_B")
              .check(finite_temperature()),
          field("rule", &D::rule, blocking_rule_help),
          field("filter", &D::filter, filter_help).refers_to(an_ensemble, {"none"}),
          field("factor", &D::factor, "side of a block").check(between(2, 3)),
          field(
              "levels", &D::levels,
              "blockings, one after the other; auto: until a side of the lattice would be shorter than 4, or than the "
              "filter that blocks it")
              .check(at_least(1)),
          field("even", &D::even,
                "even operators, the first of the list (Wu & Car 2017): nearest, diagonal, plaquette, ...; "
                "auto: all of them, up to 13 in two dimensions, that the lattice tells apart")
              .check(between(1, 13)),
          field("odd", &D::odd,
                "odd operators, the first of the list: the spin, ...; auto: all of them, up to 5 in two "
                "dimensions, that the lattice tells apart")
              .check(between(1, 5)),
          field("match", &D::match,
                "a [model] of the lattice after one step: it is simulated as well, and K_c found where both "
                "look alike after blocking")
              .names_model({"none"}),
          field("replicas", &D::replicas,
                "independent replicas of the lattice; auto: 8 up to 262,144 sites, else 1, which ranks share")
              .check(between(1, 1 << 20)),
          field("equilibration", &D::equilibration,
                "sweeps thrown away at the start; auto finds their number from the time series")
              .unit("sweeps"),
          field("interval", &D::interval,
                "sweeps between measured configurations; auto takes two autocorrelation times")
              .unit("sweeps")
              .check(at_least(1)),
          field("model", &D::model, "the [model] that is simulated; without a field").names_model())
          .rule("rule", [](const Resolved& resolved) {
            return blocking_problem(resolved.deck.rule, resolved.deck.filter.has_value());
          });
  return schema;
}

std::optional<campaign::ModelDeck> McrgStage::model(const campaign::Plan& plan) const {
  return plan.model_of(*this, deck().model);
}

std::optional<double> McrgStage::temperature(const campaign::ModelDeck& lattice) const {
  const std::size_t n_dimensions = lattice.lattice.values.size();
  if (deck().temperature) return deck().temperature;
  if (n_dimensions == 1) return std::nullopt;
  return n_dimensions == 2 ? ising::exact::critical_temperature : ising::exact::cubic_critical_temperature;
}

unsigned McrgStage::automatic_levels(const campaign::Plan& plan, const ising::RowLattice& fine) const {
  unsigned levels = std::max(1U, most_levels(fine, deck().factor, 4));
  if (!deck().filter) return levels;
  const std::vector<FilterInfo> filters = filters_up_to(plan, *deck().filter);
  while (levels > 1 && !filters.empty() && !filters_fit(filters, fine.extents(), deck().factor, levels))
    --levels;
  return levels;
}

namespace {

/// The first level, from 0, with an operator whose products stand at unlike numbers of places; nothing where there is none.
std::optional<unsigned> first_uneven_level(const rg::BlockingSetup& setup) {
  for (unsigned n = 0; n <= setup.n_levels; ++n) {
    const ising::RowLattice level = rg::lattice_of(setup, n);
    const auto uneven = [&](const std::vector<ising::Operator>& list, std::size_t n_used) {
      const auto used = std::span(list).first(std::min(n_used, list.size()));
      return std::ranges::any_of(used, [&](const auto& op) { return places_differ(op, level); });
    };
    if (uneven(ising::even_operators(level.n_dimensions()), setup.n_even) ||
        uneven(ising::odd_operators(level.n_dimensions()), setup.n_odd))
      return n;
  }
  return std::nullopt;
}

} // namespace

rg::BlockingSetup McrgStage::blocking(const campaign::Plan& plan, const campaign::ModelDeck& lattice) const {
  const ising::RowLattice fine(lattice.lattice.values);
  rg::BlockingSetup setup{fine.extents(), block_rule(deck().rule), deck().factor,
                          deck().levels ? *deck().levels : automatic_levels(plan, fine)};
  // The operators before the first that adds nothing.
  const auto told_apart = [&](const std::vector<ising::Operator>& list) {
    const auto flags = ising::independent_operators(list, fine);
    return static_cast<std::size_t>(std::find(flags.begin(), flags.end(), false) - flags.begin());
  };
  setup.n_even = deck().even.value_or(told_apart(ising::even_operators(fine.n_dimensions())));
  setup.n_odd = deck().odd.value_or(told_apart(ising::odd_operators(fine.n_dimensions())));
  if (deck().levels) return setup;
  if (const auto uneven = first_uneven_level(setup)) setup.n_levels = std::max(2U, *uneven) - 1;
  return setup;
}

std::uint64_t McrgStage::n_ladders(const campaign::ModelDeck& lattice) const {
  constexpr std::uint64_t most_shared_sites = std::uint64_t{1} << 18;
  return deck().replicas.value_or(lattice.n_sites() <= most_shared_sites ? 8 : 1);
}

void McrgStage::check(const campaign::Plan& plan, const campaign::Complain& complain) const {
  const campaign::ModelDeck lattice = *model(plan);
  if (lattice.field != 0)
    complain("model", "a field is not critical, and mixes even operators with odd ones",
             "a [model] with field = 0");
  if (!temperature(lattice))
    complain("temperature", "a chain has no critical temperature above 0", "a temperature above 0");
  const ising::RowLattice fine(lattice.lattice.values);
  const unsigned most = most_levels(fine, deck().factor, 2);
  const std::string name = deck::extents_text(lattice.lattice);
  if (most == 0)
    return complain("factor", "blocks of " + std::to_string(deck().factor) + " a side do not divide " + name,
                    "2 or 3, whichever divides every side, and leaves at least 2");
  const rg::BlockingSetup setup = blocking(plan, lattice);
  if (setup.n_levels > most)
    return complain("levels",
                    name + " can be blocked " + std::to_string(most) + " times by " +
                        std::to_string(deck().factor) +
                        ": further on a side would be shorter than 2, or is not divided",
                    "auto, or 1 to " + std::to_string(most));
  if (!check_filter(plan, setup, complain)) return;
  check_operators(setup.extents, setup.n_even, setup.n_odd, "auto, or ", complain);
  if (const auto uneven = first_uneven_level(setup))
    complain(
        "levels",
        "level " + std::to_string(*uneven) + ", " + blocked_name(setup, *uneven) +
            ", is so short along one axis that products of an operator stand at unlike numbers of places: they "
            "have no common coupling",
        *uneven > 1 ? "auto, or 1 to " + std::to_string(*uneven - 1)
                    : std::string("fewer operators, or a larger lattice"));
  if (deck().match) check_match(plan, setup, complain);
}

bool McrgStage::check_filter(const campaign::Plan& plan, const rg::BlockingSetup& setup,
                             const campaign::Complain& complain) const {
  if (!deck().filter) return true;
  const std::vector<FilterInfo> filters = filters_up_to(plan, *deck().filter);
  for (const FilterInfo& filter : filters)
    if (filter.has_biases) {
      complain("filter", filter.group + " has biases, which mix even operators with odd ones",
               "a [filter] with bias = off");
      return false;
    }
  const auto fit = [&](const std::vector<std::uint64_t>& extents, unsigned n_levels) {
    return check_filters(filters, *deck().filter, extents, setup.factor, n_levels, complain);
  };
  return fit(setup.extents, setup.n_levels) &&
         (!deck().match || fit(rg::lattice_of(setup, 1).extents(), setup.n_levels - 1));
}

void McrgStage::check_match(const campaign::Plan& plan, const rg::BlockingSetup& setup,
                            const campaign::Complain& complain) const {
  const auto found = plan.models.find(*deck().match);
  if (found == plan.models.end()) return; // the plan has complained
  if (found->second.lattice.values != rg::lattice_of(setup, 1).extents())
    complain("match",
             "is " + deck::extents_text(found->second.lattice) + ", and not the lattice after one step",
             "a [model] with lattice = " + blocked_name(setup, 1));
  if (found->second.field != 0) complain("match", "has a field", "a [model] with field = 0");
}

} // namespace blockspin::stages
