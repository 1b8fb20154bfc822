#pragma once
// The types a deck key may have, besides bool, integers, double and std::string.

#include <cstdint>
#include <string>
#include <vector>

namespace blockspin::deck {

/// `16`, `32x32`, `16x16x16`: lattice extents, or a rank layout.
struct Extents {
  std::vector<std::uint64_t> values;
  bool operator==(const Extents&) const = default;
};

/// A list of temperatures in J/k_B: >= 0, strictly increasing, `inf` allowed;
/// ranges `first:last:step` welcome.
struct Temperatures {
  std::vector<double> values;
  bool operator==(const Temperatures&) const = default;
};

/// How a stage stands in an archive: one key, its resolved text, and whether it may grow on --resume.
struct ResolvedValue {
  std::string key;
  std::string text;
  bool may_grow = false;
};
using ResolvedValues = std::vector<ResolvedValue>;

/// The text of `key`, or empty.
std::string text_of(const ResolvedValues& values, const std::string& key);

/// Temperatures that are neither 0 nor inf.
inline constexpr double least_temperature = 1e-6, most_temperature = 1e12;
/// Whether it is a temperature, and energies over it neither overflow nor vanish.
bool is_temperature(double value);
inline constexpr const char* all_temperatures = "0, 1e-6 to 1e12, inf";
/// Temperatures are the same when they differ by less than this.
inline constexpr double temperature_tolerance = 1e-9;
/// Index of the temperature that matches `wanted` within the tolerance (inf matches inf), or `all.size()`.
std::size_t find_temperature(const std::vector<double>& all, double wanted);

} // namespace blockspin::deck
