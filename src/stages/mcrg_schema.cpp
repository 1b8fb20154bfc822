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
          field(
              "even", &D::even,
              "even operators, the first of the list (Wu & Car 2017): nearest, diagonal, plaquette, ...; "
              "auto: all of them, up to 13 in two dimensions, that the lattice tells apart and whose products stand at "
              "like numbers of places")
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

struct Lists {
  const std::vector<ising::Operator>&even, &odd;
};

Lists lists_of(const rg::BlockingSetup& setup) {
  const int n_dimensions = static_cast<int>(setup.extents.size());
  return {ising::even_operators(n_dimensions), ising::odd_operators(n_dimensions)};
}

/// Operators before the first whose products stand at unlike numbers of places on this level: those that have common
/// couplings there.
std::size_t n_of_like_places(const std::vector<ising::Operator>& list, const rg::BlockingSetup& setup,
                             unsigned level) {
  const ising::RowLattice lattice = rg::lattice_of(setup, level);
  const auto differ = [&](const ising::Operator& op) { return places_differ(op, lattice); };
  return static_cast<std::size_t>(std::ranges::find_if(list, differ) - list.begin());
}

/// The same of levels 0 to `last`.
std::size_t n_of_like_places_up_to(const std::vector<ising::Operator>& list, const rg::BlockingSetup& setup,
                                   unsigned last) {
  std::size_t n = list.size();
  for (unsigned level = 0; level <= last; ++level) n = std::min(n, n_of_like_places(list, setup, level));
  return n;
}

/// The last level, at least 1, up to which all operators have common couplings.
unsigned levels_of_like_places(const rg::BlockingSetup& setup) {
  const auto [even, odd] = lists_of(setup);
  unsigned level = 1;
  while (level < setup.n_levels && n_of_like_places(even, setup, level + 1) >= setup.n_even &&
         n_of_like_places(odd, setup, level + 1) >= setup.n_odd)
    ++level;
  return level;
}

/// Whether the first `wanted` operators have common couplings on every level; complains at `key`, `levels` or `model`
/// where not.
bool check_places(const char* key, std::size_t wanted, const std::vector<ising::Operator>& list,
                  const rg::BlockingSetup& setup, const campaign::Complain& complain) {
  for (unsigned level = 0; level <= setup.n_levels; ++level) {
    const std::size_t n = n_of_like_places(list, setup, level);
    if (n >= std::min(wanted, list.size())) continue;
    const std::string why = "products of " + list[n].name + " stand at unlike numbers of places on level " +
                            std::to_string(level) + ", " + blocked_name(setup, level) +
                            ", which is short along one axis only: they have no common coupling";
    const std::size_t most = n_of_like_places_up_to(list, setup, setup.n_levels);
    if (level > 1)
      complain("levels", why, level == 2 ? "auto, or 1" : "auto, or 1 to " + std::to_string(level - 1));
    else if (most > 0)
      complain(key, why, "auto, or 1 to " + std::to_string(most));
    else
      complain("model", why, "a [model] with a larger lattice, or with sides that are alike");
    return false;
  }
  return true;
}

} // namespace

rg::BlockingSetup McrgStage::blocking(const campaign::Plan& plan, const campaign::ModelDeck& lattice) const {
  const ising::RowLattice fine(lattice.lattice.values);
  rg::BlockingSetup setup{fine.extents(), block_rule(deck().rule), deck().factor,
                          deck().levels ? *deck().levels : automatic_levels(plan, fine)};
  const unsigned asked = std::min(deck().levels.value_or(1), most_levels(fine, deck().factor, 2));
  // The operators before the first that adds nothing, or has no common coupling on a level that is wanted.
  const auto of_use = [&](const std::vector<ising::Operator>& list) {
    const auto flags = ising::independent_operators(list, fine);
    const auto told_apart = static_cast<std::size_t>(std::ranges::find(flags, false) - flags.begin());
    return std::clamp<std::size_t>(n_of_like_places_up_to(list, setup, asked), 1, told_apart);
  };
  const auto [even, odd] = lists_of(setup);
  setup.n_even = deck().even.value_or(of_use(even));
  setup.n_odd = deck().odd.value_or(of_use(odd));
  if (!deck().levels) setup.n_levels = std::min(setup.n_levels, levels_of_like_places(setup));
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
  if (deck().levels.value_or(1) > most)
    return complain("levels",
                    name + " can be blocked " + std::to_string(most) + " times by " +
                        std::to_string(deck().factor) +
                        ": further on a side would be shorter than 2, or is not divided",
                    "auto, or 1 to " + std::to_string(most));
  const rg::BlockingSetup setup = blocking(plan, lattice);
  if (!check_filter(plan, setup, complain)) return;
  const auto [even, odd] = lists_of(setup);
  if (check_places("even", setup.n_even, even, setup, complain) &&
      check_places("odd", setup.n_odd, odd, setup, complain))
    check_operators(setup.extents, setup.n_even, setup.n_odd, "auto, or ", complain);
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
  return check_filters(filters, *deck().filter, setup.extents, setup.factor, setup.n_levels, complain);
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
