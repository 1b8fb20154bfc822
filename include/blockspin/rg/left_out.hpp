#pragma once
// The moments of a run, of all of its bins and of all but one: what a jackknife asks for.

#include <span>
#include <vector>

#include "blockspin/rg/level_bins.hpp"

namespace blockspin::rg {

/// Of the bins [group][time] of LevelBins, which must outlive it. Sums are exact, so that taking a bin out is
/// too. Local.
class LeftOutMoments {
public:
  /// Throws ErrorKind::internal where fewer than two bins have configurations.
  explicit LeftOutMoments(const std::vector<std::vector<LevelMoments>>& bins);

  /// Configurations of each bin that has any.
  std::span<const double> sizes() const { return sizes_; }
  const LevelMoments& total() const { return total_.front(); }
  LevelMoments without(std::size_t bin) const;

private:
  std::vector<const LevelMoments*> bins_;
  std::vector<double> sizes_;
  std::vector<LevelMoments> total_; ///< one
};

} // namespace blockspin::rg
