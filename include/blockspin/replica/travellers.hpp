#pragma once
// Who the replicas of many ladders are and which end each saw last, as bits that travel with the spins.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/ising/lanes.hpp"
#include "blockspin/mpi/communicator.hpp"

namespace blockspin::replica {

/// The riders of ising::Lanes in a chain of words, see LaneLadders: word i holds temperature i % T of ladders
/// 64 (i / T) .. + 63. An exchange moves them with their lattice; what is counted here is what they see on
/// their way. Local.
class Travellers {
public:
  /// For the words [words.first, words.last) of the chain, first % 8 == 0; active[i]: which bits of word
  /// words.first + i are ladders, padded with zeros to eights.
  Travellers(std::size_t n_temperatures, mpi::Range words, std::span<const std::uint64_t> active,
             rng::InstructionSet set);

  /// Rows of riders that T temperatures need: last at the lowest end, last at the highest after the lowest,
  /// and the bits of the temperature index the replica started at.
  static int n_riders(std::size_t n_temperatures);

  /// Makes the replicas of a vector start where they are.
  void start(std::size_t vector, ising::Lanes& lanes) const;
  /// Temperature index at which the replica in a bit of a word started.
  static std::uint32_t replica(const ising::Lanes& lanes, std::size_t word, std::size_t bit);
  /// After an exchange: notes who is at an end, and the visits of everybody.
  void arrive(std::size_t vector, ising::Lanes& lanes);

  /// Forgets what was counted.
  void reset();
  /// Adds this rank's counts: visits by temperature, round trips by [ladder, replica]; those of padding
  /// ladders are dropped.
  void add_to(std::span<std::uint64_t> from_lowest, std::span<std::uint64_t> from_highest,
              std::span<std::uint64_t> round_trips) const;

private:
  /// A word at an end of the ladder; where the ladder is but one temperature, at the lower.
  struct End {
    std::uint32_t word; ///< of its vector
    bool is_lowest;
    std::uint64_t group; ///< of 64 ladders, among those with words here
  };

  std::size_t n_t_;
  mpi::Range words_;
  std::vector<std::uint64_t> active_;
  rng::InstructionSet set_;
  std::uint64_t first_group_;                   ///< of 64 ladders with words here
  std::vector<std::vector<End>> ends_;          ///< [local vector]
  std::vector<std::uint64_t> lowest_, highest_; ///< [local word]: visits of replicas from there
  std::vector<std::uint64_t> round_trips_;      ///< [local group][replica][64]
};

} // namespace blockspin::replica
