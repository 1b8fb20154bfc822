#pragma once
// Block spins of a stored ensemble's configurations, as an ensemble: what [block] and [filter] write.

#include "blockspin/ising/block_spins.hpp"
#include "blockspin/stages/ensemble.hpp"

namespace blockspin::stages {

/// Bytes of configurations that a rank reads at once.
inline constexpr std::size_t bytes_of_blocking = std::size_t{1} << 22;

/// Those of an ensemble, and the mean block spin of each configuration.
std::vector<archive::Row> blocked_rows();
/// What is known of it beforehand: that of the ensemble that is blocked so often. Local.
EnsembleInfo blocked_info(EnsembleInfo fine, const std::string& group, unsigned factor, unsigned n_levels);

/// Block spins of this rank's configurations, counted one temperature after the other.
struct BlockSpins {
  std::uint64_t n_sites = 0; ///< of a configuration
  mpi::Range mine;
  Array<std::uint8_t, 2> packed; ///< [mine.size(), bytes]
};

/// On the last of the levels. Chance is addressed by the temperature and the configuration's number in it. Collective.
BlockSpins block_ensemble(campaign::Context& context, const StoredEnsemble& fine, ising::BlockLevels levels);
/// Collective.
void write_blocked(archive::StageWriter& writer, const StoredEnsemble& fine, const BlockSpins& blocks);

} // namespace blockspin::stages
