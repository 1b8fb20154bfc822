#pragma once
// Small pieces of text work: near matches for error messages, quantities in readable units.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace blockspin {

/// The candidate nearest to `word` by edit distance (insertions, deletions, substitutions, transpositions of
/// neighbours), or empty where none is near enough to be a likely slip (distance > 1 + length / 4).
std::string nearest(std::string_view word, std::span<const std::string> candidates);

std::string trimmed(std::string_view text);
/// Pieces between separators, trimmed; an empty text gives no pieces.
std::vector<std::string> split(std::string_view text, char separator);
std::string joined(std::span<const std::string> pieces, std::string_view separator);

/// "1 rank", "3 ranks".
std::string counted(std::uint64_t n, const std::string& what);
/// "1.50 GiB", "12 B".
std::string format_bytes(double bytes);
/// "850 ms", "12.3 s", "4 min 05 s", "3 h 20 min".
std::string format_seconds(double seconds);
/// Shortest decimal text that reads back as the same double.
std::string format_number(double value);

} // namespace blockspin
