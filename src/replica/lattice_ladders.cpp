#include "blockspin/replica/lattice_ladders.hpp"

#include <algorithm>
#include <string>

#include "blockspin/base/error.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::replica {

namespace {

constexpr std::uint32_t no_end = 0, lowest = 1, highest = 2;

/// A state holds a lattice in pieces of about so many words, so that a second copy is never whole.
constexpr std::uint64_t piece_words = std::uint64_t{1} << 20;

/// One piece of a lattice: some indices of the first axis.
struct Piece {
  std::string name;
  Slab slab;               ///< of this rank, within the piece
  std::uint64_t first_row; ///< of this rank's rows in the piece
};

/// The pieces of a walker. mine: this rank's slab of the whole lattice, all zero counts where it has none.
std::vector<Piece> pieces_of(std::uint64_t walker, const Slab& mine) {
  const std::uint64_t n = mine.extent.front();
  const std::uint64_t step = std::max<std::uint64_t>(1, piece_words / (mine.n_global() / n));
  std::vector<Piece> pieces;
  for (std::uint64_t first = 0; first < n; first += step) {
    const std::uint64_t last = std::min(first + step, n);
    const std::uint64_t begin = std::clamp(mine.offset.front(), first, last),
                        end = std::clamp(mine.offset.front() + mine.count.front(), first, last);
    Slab slab = mine;
    slab.extent.front() = last - first;
    slab.offset.front() = begin - first;
    slab.count.front() = end - begin;
    const bool in_rows = mine.extent.size() == 1; // one axis: its words are a row
    const bool here = slab.n_local() > 0;
    std::uint64_t rows = 0;
    if (here && !in_rows)
      rows = (begin - mine.offset.front()) * (slab.n_local() / slab.count.front() / slab.count.back());
    pieces.push_back({"walker_" + std::to_string(walker) + "_" + std::to_string(pieces.size()),
                      here ? slab : Slab::none(slab.extent), rows});
  }
  return pieces;
}

} // namespace

LatticeLadders::LatticeLadders(const mpi::Communicator& comm, const LadderSetup& setup,
                               const RankLayout& layout, const WalkerFactory& make_walker)
    : comm_(comm), setup_(setup), exchanges_(setup.seed, rng::StreamId::sample_exchange, setup.instance),
      rule_(setup.geometry, setup.temperatures, setup.field),
      flip_(setup.field == 0.0 ? std::optional<GlobalFlip>() : GlobalFlip(setup)),
      works_(comm.rank() < layout.n_groups * layout.ranks_per_group()),
      group_(comm.split(works_ ? comm.rank() / layout.ranks_per_group() : layout.n_groups, comm.rank())),
      all_readings_(n_series()), local_readings_(local_series().size()) {
  const std::size_t n_t = n_temperatures();
  for (std::uint64_t walker = 0; walker < n_series(); ++walker) {
    temperature_.push_back(static_cast<std::uint32_t>(walker % n_t));
    walker_at_.push_back(static_cast<std::uint32_t>(walker % n_t));
  }
  last_end_.assign(n_series(), no_end);
  reset_statistics();
  if (!works_) return;
  walkers_ = mpi::block_range(n_series(), comm.rank() / layout.ranks_per_group(), layout.n_groups);
  const lattice::Domain domain(group_, setup.geometry, layout.boxes);
  for (std::uint64_t walker = walkers_.first; walker < walkers_.last; ++walker)
    mine_.push_back(make_walker(group_, domain, walker));
}

LatticeLadders::~LatticeLadders() = default;

void LatticeLadders::sweep() {
  for (std::size_t i = 0; i < mine_.size(); ++i) mine_[i]->sweep(temperature_[walkers_.first + i], n_sweeps_);
  measured_ = false;
  if (flip_) turn_over();
  if (setup_.exchange) exchange();
  ++n_sweeps_;
}

void LatticeLadders::measure() {
  if (measured_) return;
  // Zero but for this rank's part: the sum over all ranks is that of the boxes.
  std::vector<std::uint64_t> counts(2 * n_series(), 0);
  for (std::size_t i = 0; i < mine_.size(); ++i) {
    const Reading reading = mine_[i]->count();
    counts[2 * (walkers_.first + i)] = reading.antiparallel;
    counts[2 * (walkers_.first + i) + 1] = reading.up;
  }
  comm_.sum(std::span(counts));
  for (std::uint64_t walker = 0; walker < n_series(); ++walker)
    all_readings_[walker] = {counts[2 * walker], counts[2 * walker + 1]};
  measured_ = true;
}

std::span<const Reading> LatticeLadders::readings() {
  measure();
  const mpi::Range local = local_series();
  for (std::uint64_t s = local.first; s < local.last; ++s)
    local_readings_[s - local.first] = all_readings_[first_of(s) + walker_at_[s]];
  return local_readings_;
}

void LatticeLadders::turn_over() {
  measure();
  for (std::uint64_t walker = 0; walker < n_series(); ++walker) {
    std::uint64_t& up = all_readings_[walker].up;
    if (!flip_->turns(temperature_[walker], up, n_sweeps_, walker)) continue;
    up = setup_.geometry.n_sites() - up;
    if (walker >= walkers_.first && walker < walkers_.last) mine_[walker - walkers_.first]->turn_over();
  }
}

void LatticeLadders::exchange() {
  measure();
  const std::size_t n_t = n_temperatures();
  for (std::uint64_t ladder = 0; ladder < setup_.n_ladders; ++ladder)
    for (std::size_t t = n_sweeps_ % 2; t + 1 < n_t; t += 2) {
      std::uint32_t& lower = walker_at_[ladder * n_t + t];
      std::uint32_t& upper = walker_at_[ladder * n_t + t + 1];
      ++statistics_.attempts[t];
      if (!rule_.accepts(t, all_readings_[ladder * n_t + lower], all_readings_[ladder * n_t + upper],
                         exchanges_.word(n_sweeps_, ladder * n_t + t)))
        continue;
      ++statistics_.accepted[t];
      std::swap(lower, upper);
      temperature_[ladder * n_t + lower] = static_cast<std::uint32_t>(t);
      temperature_[ladder * n_t + upper] = static_cast<std::uint32_t>(t + 1);
    }
  update_travellers();
}

void LatticeLadders::update_travellers() {
  const std::size_t n_t = n_temperatures();
  for (std::uint64_t walker = 0; walker < n_series(); ++walker) {
    std::uint32_t& end = last_end_[walker];
    if (temperature_[walker] == 0) {
      statistics_.round_trips[walker] += end == highest ? 1 : 0;
      end = lowest;
    } else if (temperature_[walker] + 1 == n_t && end == lowest) {
      end = highest;
    }
    statistics_.from_lowest[temperature_[walker]] += end == lowest ? 1 : 0;
    statistics_.from_highest[temperature_[walker]] += end == highest ? 1 : 0;
  }
}

void LatticeLadders::reset_statistics() {
  const std::size_t n_t = n_temperatures();
  statistics_ = {std::vector<std::uint64_t>(n_t - 1, 0), std::vector<std::uint64_t>(n_t - 1, 0),
                 std::vector<std::uint64_t>(n_t, 0), std::vector<std::uint64_t>(n_t, 0),
                 std::vector<std::uint64_t>(n_series(), 0)};
}

void LatticeLadders::configurations(const std::function<void(const KeptConfiguration&)>& sink) {
  measure();
  std::vector<std::uint8_t> packed;
  for (std::size_t i = 0; i < mine_.size(); ++i) {
    packed.assign(packed_bytes(setup_.geometry.n_sites()), 0);
    mine_[i]->pack(packed);
    group_.bit_or_to(0, std::span(packed)); // each rank set the bits of its box
    const std::uint64_t walker = walkers_.first + i;
    if (group_.is_root())
      sink({temperature_[walker], walker / n_temperatures(),
            static_cast<std::uint32_t>(walker % n_temperatures()), all_readings_[walker], packed, &packed});
  }
}

void LatticeLadders::save(StateSink& sink) const {
  const Slab shape = natural_shape(setup_.geometry);
  for (std::uint64_t walker = 0; walker < n_series(); ++walker) {
    const bool here = walker >= walkers_.first && walker < walkers_.last;
    const Walker* const mine = here ? mine_[walker - walkers_.first].get() : nullptr;
    for (const Piece& piece : pieces_of(walker, here ? mine->slab() : Slab::none(shape.extent))) {
      std::vector<std::uint64_t> natural(piece.slab.n_local());
      if (!natural.empty()) mine->copy_to(natural, piece.first_row);
      sink.distributed(piece.name, piece.slab, std::span<const std::uint64_t>(natural));
    }
  }
  sink.replicated("n_sweeps", n_sweeps_);
  sink.replicated("temperature", std::span<const std::uint32_t>(temperature_));
  sink.replicated("walker_at", std::span<const std::uint32_t>(walker_at_));
  sink.replicated("last_end", std::span<const std::uint32_t>(last_end_));
  sink.replicated("round_trips", std::span<const std::uint64_t>(statistics_.round_trips));
  for (const auto& [name, counts] : named(statistics_))
    sink.replicated(name, std::span<const std::uint64_t>(*counts));
}

void LatticeLadders::load(StateSource& source) {
  const Slab shape = natural_shape(setup_.geometry);
  for (std::uint64_t walker = 0; walker < n_series(); ++walker) {
    const bool here = walker >= walkers_.first && walker < walkers_.last;
    Walker* const mine = here ? mine_[walker - walkers_.first].get() : nullptr;
    for (const Piece& piece : pieces_of(walker, here ? mine->slab() : Slab::none(shape.extent))) {
      std::vector<std::uint64_t> natural(piece.slab.n_local());
      source.distributed(piece.name, piece.slab, std::span(natural));
      if (!natural.empty()) mine->copy_from(natural, piece.first_row);
    }
  }
  source.replicated("n_sweeps", n_sweeps_);
  source.replicated("temperature", std::span(temperature_));
  source.replicated("walker_at", std::span(walker_at_));
  source.replicated("last_end", std::span(last_end_));
  source.replicated("round_trips", std::span(statistics_.round_trips));
  for (const auto& [name, counts] : named(statistics_)) source.replicated(name, std::span(*counts));
  measured_ = false;
}

} // namespace blockspin::replica
