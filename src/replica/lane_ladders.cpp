#include "blockspin/replica/lane_ladders.hpp"

#include <algorithm>
#include <bit>

#include "blockspin/base/error.hpp"
#include "blockspin/base/packed.hpp"
#include "exchange_kernels.hpp"

namespace blockspin::replica {

namespace {

/// The rules of one vector: each word the temperature of its place in the chain; words
/// beyond the chain idle alike.
ising::FlipRule rule_of_vector(const LadderSetup& setup, std::uint64_t vector) {
  std::vector<ising::FlipTable> tables;
  const int z = setup.geometry.n_neighbours();
  for (std::uint64_t word = 8 * vector; word < 8 * vector + 8; ++word)
    tables.push_back(
        flip_table(setup.update, setup.temperatures[word % setup.temperatures.size()], setup.field, z));
  return {class_scheme(setup.update, setup.field, z), tables};
}

} // namespace

LaneLadders::LaneLadders(const mpi::Communicator& comm, const LadderSetup& setup, rng::InstructionSet set)
    : comm_(comm), setup_(setup), geometry_(setup.geometry), set_(set),
      by_bits_(setup.exchange && setup.field == 0.0),
      updates_(setup.seed, rng::StreamId::sample_update, setup.instance),
      exchanges_(setup.seed, rng::StreamId::sample_exchange, setup.instance),
      rule_(setup.geometry, setup.temperatures, setup.field),
      flip_(setup.field == 0.0 ? std::optional<GlobalFlip>() : GlobalFlip(setup)),
      n_words_(groups_of(setup.n_ladders, 64) * setup.temperatures.size()),
      vectors_(mpi::block_range(groups_of(n_words_, 8), comm.rank(), comm.size())),
      words_{std::min(8 * vectors_.first, n_words_), std::min(8 * vectors_.last, n_words_)},
      active_(active_words()), travellers_(n_temperatures(), words_, active_, set),
      readings_(64 * words_.size()) {
  const rng::Generator initial(setup.seed, rng::StreamId::sample_initial, setup.instance);
  for (std::uint64_t v = vectors_.first; v < vectors_.last; ++v) {
    lanes_.emplace_back(geometry_, v, set, Travellers::n_riders(n_temperatures())).randomise(initial);
    travellers_.start(lanes_.size() - 1, lanes_.back());
    rules_.push_back(rule_of_vector(setup_, v));
  }
  for (std::uint64_t word = words_.first; word < words_.last; ++word)
    if (starts_ordered(setup, setup.temperatures[temperature_of_word(word)])) start_ordered(word);
  plan_pairs();
  reset_statistics();
}

std::vector<std::uint64_t> LaneLadders::active_words() const {
  std::vector<std::uint64_t> all(8 * vectors_.size(), 0);
  for (std::uint64_t word = words_.first; word < words_.last; ++word) all[local(word)] = active(word);
  return all;
}

void LaneLadders::plan_pairs() {
  for (std::uint64_t parity = 0; parity < 2; ++parity) {
    pairs_[parity].assign(lanes_.size(), 0);
    for (std::uint64_t word = words_.first; word + 1 < words_.last; ++word)
      if (is_pair(word, parity))
        pairs_[parity][local(word) / 8] =
            static_cast<std::uint8_t>(pairs_[parity][local(word) / 8] | 1U << (local(word) % 8));
  }
  if (!by_bits_) return;
  for (std::size_t pair = 0; pair + 1 < n_temperatures(); ++pair)
    thresholds_.push_back(rule_.byte_thresholds(pair));
  for (std::uint64_t word = words_.first; word < words_.last; ++word)
    pair_thresholds_.push_back(
        temperature_of_word(word) + 1 < n_temperatures() ? &thresholds_[temperature_of_word(word)] : nullptr);
  // One vector more: the last word's upper neighbour is looked at, though not used.
  planes_ = Words(static_cast<std::size_t>(geometry_.n_bond_planes) * 8 * (lanes_.size() + 1));
}

void LaneLadders::start_ordered(std::uint64_t word) {
  ising::Lanes& lanes = lanes_[local(word) / 8];
  const std::uint64_t coins = lanes.words()[word % 8]; // the random spins of site 0
  lanes.fill_word(static_cast<int>(word % 8), coins);
}

std::uint64_t LaneLadders::active(std::uint64_t word) const {
  const std::uint64_t n = std::min<std::uint64_t>(64, setup_.n_ladders - 64 * (word / n_temperatures()));
  return n == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
}

void LaneLadders::sweep() {
  // A vector exchanges while it is in the cache; its last word's partner is in the next, which has been
  // written a while ago.
  constexpr std::size_t behind = 2;
  for (std::size_t v = 0; v < lanes_.size(); ++v) {
    if (by_bits_)
      lanes_[v].sweep(rules_[v], updates_, n_sweeps_, planes_of(v));
    else
      lanes_[v].sweep(rules_[v], updates_, n_sweeps_);
    if (flip_) turn_over(v);
    if (!setup_.exchange) continue;
    if (v >= behind) exchange_within(v - behind);
  }
  if (setup_.exchange) {
    for (std::size_t v = lanes_.size() - std::min(behind, lanes_.size()); v < lanes_.size(); ++v)
      exchange_within(v);
    exchange_with_others();
    for (std::size_t v = 0; v < lanes_.size(); ++v) travellers_.arrive(v, lanes_[v]);
    ++n_exchanges_[n_sweeps_ % 2];
  }
  measured_ = flip_ && !setup_.exchange;
  ++n_sweeps_;
}

void LaneLadders::count(std::size_t vector) {
  ising::LaneCounts counts;
  lanes_[vector].count(counts);
  const std::size_t n = std::min<std::size_t>(512, readings_.size() - 512 * vector);
  for (std::size_t i = 0; i < n; ++i) readings_[512 * vector + i] = {counts.antiparallel[i], counts.up[i]};
}

/// Counts a vector's lattices and turns some of them over.
void LaneLadders::turn_over(std::size_t vector) {
  count(vector);
  std::uint64_t masks[8] = {};
  for (std::size_t w = 0; w < 8 && 8 * vector + w < words_.size(); ++w) {
    const std::uint64_t word = words_.first + 8 * vector + w;
    const auto readings = std::span(readings_).subspan(64 * local(word)).first<64>();
    masks[w] = flip_->turned(temperature_of_word(word), readings, n_sweeps_, 64 * word);
    for (std::uint64_t rest = masks[w]; rest != 0; rest &= rest - 1) {
      std::uint64_t& up = readings[static_cast<std::size_t>(std::countr_zero(rest))].up;
      up = geometry_.order.size() - up;
    }
  }
  if (std::any_of(masks, masks + 8, [](std::uint64_t mask) { return mask != 0; }))
    lanes_[vector].turn_over(masks);
}

void LaneLadders::measure() {
  for (std::size_t v = 0; v < lanes_.size() && !measured_; ++v) count(v);
  measured_ = true;
}

ising::BondPlanes LaneLadders::planes_of(std::size_t vector) {
  return {planes_.data() + 8 * vector, 8 * (lanes_.size() + 1), geometry_.n_bond_planes};
}

Reading LaneLadders::reading(std::size_t local_word, std::size_t bit) const {
  if (!by_bits_) return readings_[64 * local_word + bit];
  Reading result;
  const std::size_t stride = 8 * (lanes_.size() + 1);
  for (int p = 0; p < geometry_.n_bond_planes; ++p)
    result.antiparallel |= (planes_[static_cast<std::size_t>(p) * stride + local_word] >> bit & 1) << p;
  return result;
}

LaneLadders::WordReadings LaneLadders::readings_of(std::uint64_t word) const {
  WordReadings all;
  for (std::size_t b = 0; b < 64; ++b) all[b] = reading(local(word), b);
  return all;
}

bool LaneLadders::is_pair(std::uint64_t lower_word, std::uint64_t sweep) const {
  const std::size_t t = temperature_of_word(lower_word);
  return lower_word + 1 < n_words_ && t + 1 < n_temperatures() && t % 2 == sweep % 2;
}

std::uint64_t LaneLadders::decide(std::uint64_t lower_word, const WordReadings& lower,
                                  const WordReadings& upper) const {
  std::uint64_t random[64];
  exchanges_.words(n_sweeps_, 64 * lower_word, random);
  return rule_.accepted(temperature_of_word(lower_word), lower, upper, random) & active(lower_word);
}

/// Most ladders by the first byte of their random number, the others one by one.
void LaneLadders::decide_by_bits(std::size_t vector, std::span<std::uint64_t, 8> masks) const {
  const std::uint64_t first_word = words_.first + 8 * vector;
  const std::uint8_t chosen = pairs_[n_sweeps_ % 2][vector];
  const ByteThresholds* thresholds[8] = {};
  for (unsigned rest = chosen; rest != 0; rest &= rest - 1) {
    const auto w = static_cast<std::size_t>(std::countr_zero(rest));
    thresholds[w] = pair_thresholds_[8 * vector + w];
  }
  std::uint64_t open[8];
  exchange_kernels[set_].decide({planes_.data() + 8 * vector,
                                 8 * (lanes_.size() + 1),
                                 geometry_.n_bond_planes,
                                 chosen,
                                 thresholds,
                                 {exchanges_.key_low(), exchanges_.key_high()},
                                 n_sweeps_,
                                 &active_[8 * vector],
                                 first_word},
                                masks.data(), open);
  for (std::size_t w = 0; w < 8; ++w)
    for (; open[w] != 0; open[w] &= open[w] - 1) {
      const auto b = static_cast<std::size_t>(std::countr_zero(open[w]));
      const std::size_t word = 8 * vector + w;
      const bool accepted =
          rule_.accepts(temperature_of_word(first_word + w), reading(word, b), reading(word + 1, b),
                        exchanges_.word(n_sweeps_, 64 * (first_word + w) + b));
      masks[w] |= std::uint64_t{accepted} << b;
    }
}

/// The pairs that two ranks share: each side sends its word and takes the same decisions. A rank's words are
/// in one piece, and ranks without any come last.
void LaneLadders::exchange_with_others() {
  if (words_.size() == 0) return;
  if (words_.last < n_words_ && is_pair(words_.last - 1, n_sweeps_))
    exchange_across(comm_.rank() + 1, words_.last - 1, true);
  if (words_.first > 0 && is_pair(words_.first - 1, n_sweeps_))
    exchange_across(comm_.rank() - 1, words_.first, false);
}

void LaneLadders::exchange_within(std::size_t vector) {
  std::uint64_t masks[8] = {};
  if (by_bits_) {
    decide_by_bits(vector, masks);
  } else {
    for (unsigned rest = pairs_[n_sweeps_ % 2][vector]; rest != 0; rest &= rest - 1) {
      const auto w = static_cast<std::size_t>(std::countr_zero(rest));
      const std::uint64_t word = words_.first + 8 * vector + w;
      masks[w] = decide(word, readings_of(word), readings_of(word + 1));
    }
  }
  exchange_kernels[set_].count(masks, &active_[8 * vector], &accepted_[8 * vector]);
  lanes_[vector].swap_neighbouring_words(masks, masks[7] != 0 ? &lanes_[vector + 1] : nullptr);
}

void LaneLadders::exchange_across(int other, std::uint64_t mine, bool mine_is_lower) {
  const std::size_t n_rows = state_rows();
  std::vector<std::uint64_t> message(n_rows + 128), received(message.size());
  ising::Lanes& lanes = mine_is_lower ? lanes_.back() : lanes_.front();
  const int lane_word = static_cast<int>(mine % 8);
  lanes.copy_word(lane_word, std::span(message).first(n_rows));
  const WordReadings my_readings = readings_of(mine);
  for (std::size_t b = 0; b < 64; ++b) {
    message[n_rows + 2 * b] = my_readings[b].antiparallel;
    message[n_rows + 2 * b + 1] = my_readings[b].up;
  }
  comm_.exchange(std::span<const std::uint64_t>(message), other, std::span(received), other);
  WordReadings theirs;
  for (std::size_t b = 0; b < 64; ++b) theirs[b] = {received[n_rows + 2 * b], received[n_rows + 2 * b + 1]};
  const std::uint64_t lower_word = mine_is_lower ? mine : mine - 1;
  const std::uint64_t mask =
      mine_is_lower ? decide(lower_word, my_readings, theirs) : decide(lower_word, theirs, my_readings);
  if (mine_is_lower) accepted_[local(mine)] += static_cast<std::uint64_t>(std::popcount(mask));
  lanes.swap_word(lane_word, std::span(received).first(n_rows), mask);
}

void LaneLadders::configurations(const std::function<void(const KeptConfiguration&)>& sink) {
  measure();
  const std::size_t n_bytes = packed_bytes(geometry_.order.size());
  std::vector<std::uint8_t> packed(64 * n_bytes);
  for (std::uint64_t word = words_.first; word < words_.last; ++word) {
    lanes_[local(word) / 8].pack(static_cast<int>(word % 8), packed);
    for (std::size_t b = 0; b < 64 && (active(word) >> b & 1) != 0; ++b)
      sink({temperature_of_word(word), 64 * (word / n_temperatures()) + b,
            Travellers::replica(lanes_[local(word) / 8], word % 8, b), readings_[64 * local(word) + b],
            std::span(packed).subspan(b * n_bytes, n_bytes), nullptr});
  }
}

ExchangeStatistics LaneLadders::no_statistics() const {
  const std::size_t n = n_temperatures();
  const std::vector<std::uint64_t> pairs(n - 1, 0), temperatures(n, 0);
  return {pairs, pairs, temperatures, temperatures,
          std::vector<std::uint64_t>(setup_.n_ladders * n_temperatures(), 0)};
}

void LaneLadders::reset_statistics() {
  before_ = no_statistics();
  accepted_.assign(active_.size(), 0);
  n_exchanges_ = {};
  travellers_.reset();
}

ExchangeStatistics LaneLadders::exchange_statistics() const {
  ExchangeStatistics all = before_;
  for (std::size_t pair = 0; pair < all.attempts.size() && comm_.is_root(); ++pair)
    all.attempts[pair] += n_exchanges_[pair % 2] * setup_.n_ladders; // every ladder each time
  for (std::uint64_t word = words_.first; word < words_.last; ++word)
    if (temperature_of_word(word) + 1 < n_temperatures())
      all.accepted[temperature_of_word(word)] += accepted_[local(word)];
  travellers_.add_to(all.from_lowest, all.from_highest, all.round_trips);
  for (auto* counts : {&all.attempts, &all.accepted, &all.from_lowest, &all.from_highest, &all.round_trips})
    comm_.sum(std::span(*counts));
  return all;
}

std::size_t LaneLadders::state_rows() const {
  return geometry_.order.size() + static_cast<std::size_t>(Travellers::n_riders(n_temperatures()));
}

Slab LaneLadders::state_slab() const {
  return Slab::rows({n_words_, state_rows()}, words_.first, words_.size());
}

void LaneLadders::save(StateSink& sink) const {
  const std::size_t n_rows = state_rows();
  std::vector<std::uint64_t> rows(n_rows * words_.size());
  for (std::size_t word = 0; word < words_.size(); ++word)
    lanes_[word / 8].copy_word(static_cast<int>(word % 8), std::span(rows).subspan(word * n_rows, n_rows));
  sink.distributed("lanes", state_slab(), std::span<const std::uint64_t>(rows));
  sink.replicated("n_sweeps", n_sweeps_);
  ExchangeStatistics all = exchange_statistics();
  sink.replicated("round_trips", std::span<const std::uint64_t>(all.round_trips));
  for (const auto& [name, counts] : named(all))
    sink.replicated(name, std::span<const std::uint64_t>(*counts));
}

void LaneLadders::load(StateSource& source) {
  const std::size_t n_rows = state_rows();
  std::vector<std::uint64_t> rows(n_rows * words_.size());
  source.distributed("lanes", state_slab(), std::span(rows));
  for (std::size_t word = 0; word < words_.size(); ++word)
    lanes_[word / 8].swap_word(static_cast<int>(word % 8), std::span(rows).subspan(word * n_rows, n_rows),
                               ~std::uint64_t{0});
  source.replicated("n_sweeps", n_sweeps_);
  reset_statistics();
  source.replicated("round_trips", std::span(before_.round_trips));
  for (const auto& [name, counts] : named(before_)) source.replicated(name, std::span(*counts));
  if (!comm_.is_root()) before_ = no_statistics();
  measured_ = false;
}

} // namespace blockspin::replica
