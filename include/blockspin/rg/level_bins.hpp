#pragma once
// Moments of a run in bins that may be taken for independent, however long the run becomes.

#include <cstdint>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rg/coupling_sums.hpp"
#include "blockspin/rg/operator_moments.hpp"

namespace blockspin::rg {

/// All sums over the same configurations.
struct LevelMoments {
  explicit LevelMoments(const BlockingSetup& setup);

  OperatorMoments even, odd;
  CouplingSums couplings; ///< of even operators

  std::uint64_t n_configurations() const { return even.n_configurations(); }
  void merge(const LevelMoments& other);
  void remove(const LevelMoments& other);
  bool operator==(const LevelMoments&) const = default;
};

/// How many bins there are, and what is in each.
struct BinShape {
  std::uint64_t n_groups;  ///< of ladders: ladder l is of group l % n_groups
  std::uint64_t most_bins; ///< of a group, one after the other in time
  std::uint64_t width = 1; ///< keeps in a bin but the last, which may still be filling
};

/// A group is a ladder of its own, or where there are more than 64, several; all bins together are at most
/// 128, or two a group. Depends on the numbers alone.
BinShape bin_shape(std::uint64_t n_ladders, std::uint64_t n_keeps);

/// Keep k of ladder l goes to bin k / width of group l % n_groups (bin_shape()). When a run outgrows
/// its bins, neighbours are joined: what is in them depends on the number of keeps alone. Every rank has all
/// bins, with the sums of its own configurations.
class LevelBins {
public:
  LevelBins(std::uint64_t n_ladders, const LevelMoments& empty);

  /// The bin of a configuration, to which it may be added until the next call. Local.
  LevelMoments& at(std::uint64_t ladder, std::uint64_t keep);
  /// Sums of all bins. Collective; the same on every rank.
  LevelMoments total(const mpi::Communicator& comm) const;
  /// All bins that have configurations, summed over the ranks: [group][time]. n_keeps so far. Collective; the
  /// same on every rank.
  std::vector<std::vector<LevelMoments>> collected(const mpi::Communicator& comm,
                                                   std::uint64_t n_keeps) const;

  /// Collective. Any number of ranks may load what any other saved.
  void save(StateSink& sink, const mpi::Communicator& comm, std::uint64_t n_keeps) const;
  void load(StateSource& source, const mpi::Communicator& comm, std::uint64_t n_keeps);

private:
  void make_room(std::uint64_t n_keeps);
  std::vector<std::uint64_t> words() const;
  void fill(std::span<const std::uint64_t> words);
  LevelBins summed(const mpi::Communicator& comm, std::uint64_t n_keeps) const;

  LevelMoments empty_;
  BinShape shape_;
  std::vector<std::vector<LevelMoments>> bins_; ///< [group][time]
};

} // namespace blockspin::rg
