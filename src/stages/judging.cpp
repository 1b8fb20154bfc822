#include "judging.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "blockspin/base/log.hpp"
#include "blockspin/replica/relaxation.hpp"
#include "blockspin/replica/sampling.hpp"
#include "blockspin/rng/generator.hpp"
#include "sample_drawn.hpp"
#include "sample_ensemble.hpp"
#include "sample_write.hpp"

namespace blockspin::stages {
namespace {

/// Bytes of configurations that every rank holds at once while they are dealt out.
constexpr std::size_t dealt_bytes = std::size_t{1} << 23;

/// Takes from configurations [first, ...) of temperature number t those that are this rank's.
void take_mine(JudgingRows& rows, std::size_t t, std::uint64_t first, std::span<const std::uint8_t> some) {
  const std::uint64_t n_bytes = rows.packed.extent(1), begin = t * rows.n_each + first;
  const std::uint64_t end = begin + some.size() / n_bytes;
  const std::uint64_t from = std::clamp(rows.mine.first, begin, end);
  const std::uint64_t to = std::clamp(rows.mine.last, begin, end);
  if (from == to) return;
  const auto part = some.subspan((from - begin) * n_bytes, (to - from) * n_bytes);
  std::copy(part.begin(), part.end(), rows.packed.row(from - rows.mine.first).begin());
}

/// Deals out all configurations, which the ranks hold as they were simulated or drawn, to those that work on them:
/// a few at a time. Collective.
void deal_out(const mpi::Communicator& comm, const replica::LadderSetup& setup,
              const replica::KeptConfigurations* kept, JudgingRows& rows) {
  const DrawSetup draws{setup.geometry, setup.field, setup.seed, setup.instance};
  const std::uint64_t step = std::max<std::uint64_t>(1, dealt_bytes / rows.packed.extent(1));
  std::size_t simulated = 0;
  for (std::size_t t = 0; t < rows.temperature.size(); ++t) {
    const bool chain = is_simulated(rows.temperature[t]);
    for (std::uint64_t first = 0; first < rows.n_each; first += step) {
      const mpi::Range some{first, std::min(first + step, rows.n_each)};
      replica::KeptRows mine = collect_or_draw(comm, draws, rows.temperature[t], kept, simulated, some);
      if (chain && setup.field == 0.0) flip_at_random(setup, simulated, mine);
      take_mine(rows, t, first, comm.gather_all(std::span<const std::uint8_t>(mine.packed)));
    }
    simulated += chain ? 1 : 0;
  }
}

SampleDeck sample_deck(const std::vector<double>& temperatures, std::uint64_t n) {
  SampleDeck deck;
  deck.temperatures = deck::Temperatures{temperatures};
  deck.configurations = n;
  return deck;
}

} // namespace

std::string name(Judges judges) {
  switch (judges) {
  case Judges::held_out: return "held_out";
  case Judges::independent: return "independent";
  case Judges::drawn: return "drawn";
  case Judges::none: break;
  }
  return "none";
}

JudgingPlan plan_judging(const campaign::Plan& plan, const MachineInfo& machine,
                         const std::optional<std::string>& sample) {
  const bool is_named = sample && *sample != machine.sample;
  const auto found = find_ensemble(plan, is_named ? *sample : machine.sample);
  if (!found) return {};
  const std::uint64_t n = found->n_configurations;
  if (is_named) return {Judges::independent, *found, {0, n}};
  const std::uint64_t n_learned = machine.n_learned(n);
  if (n_learned < n) return {Judges::held_out, *found, {n_learned, n}};
  return {found->model && found->temperatures ? Judges::drawn : Judges::none, *found, {0, n}};
}

JudgingRows stored_rows(const campaign::Context& context, const StoredEnsemble& ensemble,
                        const std::vector<std::size_t>& temperatures, mpi::Range each) {
  JudgingRows rows;
  for (const std::size_t t : temperatures) rows.temperature.push_back(ensemble.temperature.at(t));
  rows.n_each = each.size();
  rows.n_ladders = ensemble.n_ladders;
  rows.mine = mpi::block_range(rows.n_rows(), context.comm().rank(), context.comm().size());
  rows.packed = read_configurations(context.archive(), ensemble, temperatures, each, rows.mine);
  return rows;
}

JudgingRows drawn_rows(campaign::Context& context, const campaign::ModelDeck& model,
                       const std::vector<double>& temperatures, std::uint64_t n, const std::string& label) {
  const SampleDeck deck = sample_deck(temperatures, n);
  replica::LadderSetup setup{lattice::Geometry(model.lattice.values), model.field, {}};
  setup.seed = context.seed();
  setup.instance = rng::instance_number(label + ".judges");
  const UpdateChoice update = choose_update(deck, setup);
  setup.n_ladders = automatic_replicas(setup.geometry, n, update.clusters.has_value());
  setup.temperatures = simulated(temperatures);
  setup.exchange = setup.temperatures.size() > 1;

  JudgingRows rows{temperatures, n, setup.n_ladders, {}, {}};
  rows.mine = mpi::block_range(rows.n_rows(), context.comm().rank(), context.comm().size());
  rows.packed = Array<std::uint8_t, 2>({rows.mine.size(), packed_bytes(setup.geometry.n_sites())});
  if (setup.temperatures.empty()) {
    deal_out(context.comm(), setup, nullptr, rows);
    return rows;
  }
  const ChosenEnsemble chosen = make_ensemble(context.comm(), setup, update, request_of(context.parallel()));
  replica::SamplingPlan plan{n, {}, {}};
  plan.least_trial = update.clusters ? 0 : replica::least_trial(setup);
  replica::Sampling sampling(context.comm(), *chosen.ensemble, setup, plan);
  context.run_stepper(sampling, "drawing");
  deal_out(context.comm(), setup, &sampling.kept(), rows);
  return rows;
}

double bytes_of_judging(const JudgingPlan& judging, std::uint64_t n_configurations, int n_ranks) {
  const double bytes = static_cast<double>(n_configurations * packed_bytes(judging.ensemble.n_sites));
  const bool is_drawn =
      judging.judges == Judges::drawn; // then they are held a second time, as they were kept
  return (is_drawn ? 2 : 1) * bytes / n_ranks + (is_drawn ? 2 * std::min(bytes, double{dealt_bytes}) : 0);
}

double seconds_of_drawing(const campaign::ModelDeck& model, std::size_t n_temperatures, std::uint64_t n) {
  constexpr double seconds_an_update = 1e-9, sweeps_a_configuration = 20;
  return static_cast<double>(n_temperatures * n) * static_cast<double>(model.n_sites()) *
         sweeps_a_configuration * seconds_an_update;
}

std::vector<std::size_t> learned_temperatures(const MachineInfo& machine, const StoredEnsemble& own) {
  std::vector<std::size_t> indices;
  if (!machine.temperatures || !own.temperatures) {
    indices.resize(own.n_classes());
    std::iota(indices.begin(), indices.end(), std::size_t{0});
    return indices;
  }
  for (const double wanted : machine.temperatures->values)
    if (const std::size_t t = deck::find_temperature(own.temperature, wanted); t < own.temperature.size())
      indices.push_back(t);
  return indices;
}

std::vector<std::optional<std::size_t>> places_of(const std::vector<double>& judged,
                                                  const std::vector<double>& among) {
  std::vector<std::optional<std::size_t>> places;
  for (const double t : judged) {
    const bool is_only_class = std::isnan(t) && among.size() == 1 && std::isnan(among.front());
    const std::size_t place = is_only_class ? 0 : deck::find_temperature(among, t);
    places.push_back(place < among.size() ? std::optional(place) : std::nullopt);
  }
  return places;
}

void warn_of_no_judges(const std::string& label, const MachineInfo& machine) {
  log::warning(
      label + ": " + machine.group +
      " has learned every configuration of its sample, and there is no model " +
      "to draw others from; log-likelihood and D_KL of configurations that it has not learned are NaN; set " +
      "`held_out` in its section of the deck, or give `sample` the name of an ensemble that it has not learned");
}

} // namespace blockspin::stages
