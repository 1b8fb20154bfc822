#include "blockspin/stages/block.hpp"

#include "blockspin/base/log.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/campaign/context.hpp"
#include "reading.hpp"

namespace blockspin::stages {

namespace {

/// Bytes of configurations that a rank reads at once.
constexpr std::size_t bytes_at_once = std::size_t{1} << 24;

/// Blocks configurations one by one.
class Blocker {
public:
  Blocker(const StoredEnsemble& fine, const BlockDeck& deck, const rng::Generator& ties)
      : n_configurations_(fine.n_configurations), level_(deck.level),
        levels_(ising::RowLattice(fine.lattice), block_rule(deck.rule), deck.factor, deck.level, ties) {}

  std::uint64_t n_sites() const { return levels_.level(level_).lattice().n_sites(); }
  /// Item `item` of all configurations, counted one temperature after the other. Ties are those of the
  /// temperature and of the configuration's number in it.
  void block(std::span<const std::uint8_t> packed, std::uint64_t item, std::span<std::uint8_t> out) {
    levels_.spins().unpack(packed);
    levels_.block((item / n_configurations_) << 32 | item % n_configurations_);
    levels_.level(level_).pack(out);
  }

private:
  std::uint64_t n_configurations_;
  unsigned level_;
  ising::BlockLevels levels_;
};

/// The block spins of items [mine.first, mine.last). Collective.
Array<std::uint8_t, 2> blocked_configurations(campaign::Context& context, const StoredEnsemble& fine,
                                              Blocker& blocker, mpi::Range mine) {
  std::vector<std::size_t> temperatures(fine.temperature.size());
  for (std::size_t t = 0; t < temperatures.size(); ++t) temperatures[t] = t;
  Array<std::uint8_t, 2> out({mine.size(), packed_bytes(blocker.n_sites())});
  const std::uint64_t at_once = std::max<std::uint64_t>(1, bytes_at_once / fine.n_bytes);
  const std::uint64_t n_steps = context.comm().max<std::uint64_t>(groups_of(mine.size(), at_once));
  for (std::uint64_t step = 0; step < n_steps; ++step) {
    context.safe_point();
    const mpi::Range some{std::min(mine.first + step * at_once, mine.last),
                          std::min(mine.first + (step + 1) * at_once, mine.last)};
    const auto packed = read_configurations(context.archive(), fine, temperatures, some);
    for (std::uint64_t i = 0; i < some.size(); ++i)
      blocker.block(packed.row(i), some.first + i, out.row(some.first - mine.first + i));
  }
  return out;
}

double magnetization(std::span<const std::uint8_t> packed, std::uint64_t n_sites) {
  const auto n = static_cast<double>(n_sites);
  return (2 * static_cast<double>(n_up(packed)) - n) / n;
}

/// Writes items [mine.first, mine.last), which may begin and end inside a temperature. Collective.
void write_blocks(archive::StageWriter& writer, const StoredEnsemble& fine, std::uint64_t n_sites,
                  const Array<std::uint8_t, 2>& packed, mpi::Range mine) {
  const std::uint64_t n_t = fine.temperature.size(), n_c = fine.n_configurations, n_bytes = packed.extent(1);
  for (std::uint64_t t = 0; t < n_t; ++t) {
    const std::uint64_t first = std::clamp(t * n_c, mine.first, mine.last),
                        last = std::clamp((t + 1) * n_c, mine.first, mine.last), n = last - first;
    const auto part = std::as_const(packed).flat().subspan((first - mine.first) * n_bytes, n * n_bytes);
    std::vector<double> magnets;
    for (std::uint64_t i = 0; i < n; ++i)
      magnets.push_back(magnetization(part.subspan(i * n_bytes, n_bytes), n_sites));
    const std::vector<std::uint64_t> bytes{n_t, n_c, n_bytes}, numbers{n_t, n_c};
    writer.write("configuration",
                 n == 0 ? Slab::none(bytes) : Slab{bytes, {t, first - t * n_c, 0}, {1, n, n_bytes}}, part);
    writer.write("magnetization", n == 0 ? Slab::none(numbers) : Slab{numbers, {t, first - t * n_c}, {1, n}},
                 std::span<const double>(magnets));
  }
}

} // namespace

const deck::Schema<BlockDeck>& BlockStage::schema() {
  using namespace deck;
  using D = BlockDeck;
  static const auto schema =
      Schema<D>("block", "block spins of an ensemble's configurations: ensembles themselves",
                field("sample", &D::sample, "the ensemble").required().refers_to(an_ensemble),
                field("rule", &D::rule, blocking_rule_help),
                field("factor", &D::factor, "side of a block").check(between(2, 3)),
                field("level", &D::level, "how often configurations are blocked, one time after the other")
                    .check(between(1, 40)),
                field("levels", &D::levels,
                      "instead of level: ensembles of each level up to this one, in which level is 1, 2, ...")
                    .default_text("none")
                    .check(between(1, 40))
                    .scans("level", "l")
                    .counts_copies("l"))
          .rule("rule", [](const Resolved<D>& resolved) { return blocking_problem(resolved.deck.rule); });
  return schema;
}

std::vector<archive::Row> BlockStage::rows() {
  std::vector<archive::Row> rows = ensemble_rows();
  rows.front().description += "; of the configurations that were blocked; NaN of a class without one";
  rows.push_back({"magnetization",
                  ElementType::f64,
                  {{"temperature", "temperature"}, {"configuration", ""}},
                  "1",
                  "mean block spin of the configurations"});
  return rows;
}

std::vector<rng::StreamId> BlockStage::streams() {
  using enum rng::StreamId;
  return {block_tie};
}

std::string BlockStage::family() const {
  const std::string suffix = "_l" + std::to_string(deck().level);
  return label().ends_with(suffix) ? label().substr(0, label().size() - suffix.size()) : label();
}

EnsembleInfo BlockStage::ensemble_info(const campaign::Plan& plan) const {
  EnsembleInfo info = find_ensemble(plan, deck().sample).value_or(EnsembleInfo{});
  info.group = group();
  info.model.reset(); // block spins have couplings of their own
  info.lattice = ising::blocked_extents(info.lattice, deck().factor, deck().level);
  info.n_sites = info.lattice.empty() ? 0 : ising::RowLattice(info.lattice).n_sites();
  return info;
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
}

campaign::Estimate BlockStage::estimate(const campaign::Plan& plan, int n_ranks) const {
  constexpr double program_bytes = 5e7, bytes_a_second = 2e8;
  const EnsembleInfo fine = find_ensemble(plan, deck().sample).value_or(EnsembleInfo{}),
                     coarse = ensemble_info(plan);
  const double n = static_cast<double>(fine.n_configurations * fine.n_classes());
  campaign::Estimate cost;
  cost.archive_bytes = n * (static_cast<double>(packed_bytes(coarse.n_sites)) + 8);
  cost.memory_per_rank = program_bytes + 2.0 * bytes_at_once + cost.archive_bytes / n_ranks;
  cost.work = n;
  cost.work_unit = "configurations";
  cost.seconds = n * static_cast<double>(packed_bytes(fine.n_sites)) / bytes_a_second;
  cost.layout = "configurations divided over the ranks";
  return cost;
}

void BlockStage::run(campaign::Context& context) {
  const mpi::Communicator& comm = context.comm();
  const StoredEnsemble fine = open_ensemble(context, deck().sample);
  Blocker blocker(fine, deck(), context.random(rng::StreamId::block_tie, family()));
  const std::uint64_t n = fine.temperature.size() * fine.n_configurations;
  log::info(label() + ": blocks " + std::to_string(n) + " configurations of " + fine.group);
  const mpi::Range mine = mpi::block_range(n, comm.rank(), comm.size());
  const auto packed = blocked_configurations(context, fine, blocker, mine);
  archive::StageWriter writer = context.begin_writing();
  writer.write_list("temperature", fine.temperature);
  write_blocks(writer, fine, blocker.n_sites(), packed, mine);
  writer.commit();
}

} // namespace blockspin::stages
