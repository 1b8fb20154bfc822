#pragma once
// Ladders of small lattices, 64 ladders side by side in the bits of a word.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "blockspin/ising/lanes.hpp"
#include "blockspin/replica/ensemble.hpp"
#include "blockspin/replica/global_flip.hpp"
#include "blockspin/replica/ladder_setup.hpp"
#include "blockspin/replica/travellers.hpp"

namespace blockspin::replica {

/// Word i = g T + t of the chain of words holds temperature t of ladders 64 g .. 64 g + 63; eight words
/// are a vector of ising::Lanes, and vectors are divided over the ranks. An exchange moves a
/// configuration's bits between two words: thresholds stay with the words, so a word stays at one
/// temperature. Series number 64 i + b.
class LaneLadders : public Ensemble {
public:
  /// Collective. The communicator must outlive the object.
  LaneLadders(const mpi::Communicator& comm, const LadderSetup& setup,
              rng::InstructionSet set = rng::best_instruction_set());

  std::uint64_t n_ladders() const override { return setup_.n_ladders; }
  std::size_t n_temperatures() const override { return setup_.temperatures.size(); }
  std::uint64_t n_series() const override { return 64 * n_words_; }
  mpi::Range local_series() const override { return {64 * words_.first, 64 * words_.last}; }
  std::size_t temperature_of(std::uint64_t series) const override { return temperature_of_word(series / 64); }
  std::uint64_t ladder_of(std::uint64_t series) const override {
    return 64 * (series / 64 / n_temperatures()) + series % 64;
  }

  void sweep() override;
  std::span<const Reading> readings() override {
    measure();
    return readings_;
  }
  void configurations(const std::function<void(const KeptConfiguration&)>& sink) override;
  ExchangeStatistics exchange_statistics() const override;
  void reset_statistics() override;
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;

private:
  using WordReadings = std::array<Reading, 64>;

  std::size_t temperature_of_word(std::uint64_t word) const { return word % n_temperatures(); }
  std::size_t local(std::uint64_t word) const { return static_cast<std::size_t>(word - words_.first); }
  std::uint64_t active(std::uint64_t word) const;
  std::vector<std::uint64_t> active_words() const;
  bool is_pair(std::uint64_t lower_word, std::uint64_t sweep) const;
  void plan_pairs();
  void start_ordered(std::uint64_t word);
  void count(std::size_t vector);
  void turn_over(std::size_t vector);
  void measure();
  ising::BondPlanes planes_of(std::size_t vector);
  Reading reading(std::size_t local_word, std::size_t bit) const;
  WordReadings readings_of(std::uint64_t word) const;
  void exchange_with_others();
  void exchange_within(std::size_t vector);
  void decide_by_bits(std::size_t vector, std::span<std::uint64_t, 8> masks) const;
  std::uint64_t decide(std::uint64_t lower_word, const WordReadings& lower, const WordReadings& upper) const;
  void exchange_across(int other, std::uint64_t mine, bool mine_is_lower);
  ExchangeStatistics no_statistics() const;
  std::size_t state_rows() const; ///< words that a word's lattices are: spins and riders
  Slab state_slab() const;

  const mpi::Communicator& comm_;
  LadderSetup setup_;
  ising::LaneGeometry geometry_;
  rng::InstructionSet set_;
  bool by_bits_; ///< exchange asks for bonds alone: no field
  rng::Generator updates_;
  rng::Generator exchanges_;
  ExchangeRule rule_;
  std::optional<GlobalFlip> flip_; ///< where there is a field
  std::uint64_t n_words_;
  mpi::Range vectors_; ///< of this rank
  mpi::Range words_;   ///< of this rank
  std::vector<ising::Lanes> lanes_;
  std::vector<ising::FlipRule> rules_;
  std::vector<std::uint64_t> active_;   ///< [local word, to eights]: bits that are ladders
  std::vector<std::uint64_t> accepted_; ///< [local word, to eights]: exchanges with the next
  Travellers travellers_;
  std::array<std::vector<std::uint8_t>, 2> pairs_; ///< [parity][local vector]: words that exchange upwards
  std::vector<const ByteThresholds*> pair_thresholds_; ///< [local word]: with the next, if they are a pair
  std::vector<ByteThresholds> thresholds_;             ///< [pair of temperatures]
  Words planes_;                                       ///< antiparallel bonds after the sweep, if by bits
  std::vector<Reading> readings_;                      ///< [local word][64], of the present if measured_
  bool measured_ = false;
  std::uint64_t n_sweeps_ = 0;
  std::array<std::uint64_t, 2> n_exchanges_{}; ///< [parity], since the statistics were reset
  ExchangeStatistics before_; ///< what a loaded state had counted: held by the root, the others have zeros
};

} // namespace blockspin::replica
