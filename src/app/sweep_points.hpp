#pragma once
// Points of a sweep: one deck with some of its keys at many values.

#include <cstdint>
#include <string>
#include <vector>

namespace blockspin::app {

/// One --over: a key and the values it takes.
struct SweepKey {
  std::string path; ///< "rbm.V.hidden"
  std::vector<std::string> values;
};

/// "rbm.V.hidden=16,36,64", "campaign.seed=1:5:1" (a range of numbers; other colons belong to values), and with | between values that are lists themselves:
/// "rbm.V.hidden=400,100|100,25". Throws ErrorKind::usage. Local.
SweepKey read_sweep_key(const std::string& option);

struct SweepPoint {
  std::string name;                ///< "hidden16_seed1": also that of its deck and its archive
  std::vector<std::string> values; ///< by key
};

/// All combinations, the last key fastest; with `zip` the first values together, then the second, and so on, where all
/// keys must have as many. Throws ErrorKind::usage where two would have the same name. Local.
std::vector<SweepPoint> combine(const std::vector<SweepKey>& keys, bool zip);

/// A seed for a point that gives none of its own: by the deck's seed and the point's keys and values, so that it is the
/// same in a larger sweep, and another for every other point. Below 2^48. Local.
std::uint64_t derived_seed(std::uint64_t seed, const std::vector<SweepKey>& keys, const SweepPoint& point);

} // namespace blockspin::app
