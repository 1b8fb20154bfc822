#pragma once
// Finds the lines of a deck, so that every value has a place, and every line that is no INI is reported.

#include <string>
#include <vector>

#include "blockspin/deck/document.hpp"

namespace blockspin::deck {

/// The lines Boost.Program_options can read, and where each of its keys stands.
struct Scan {
  std::string readable;          ///< the deck without the lines that are no INI
  std::vector<Section> sections; ///< in order, their entries still without values
};

/// The text itself; a byte order mark at its beginning does not belong to it.
std::string without_byte_order_mark(const std::string& text);

Scan scan_lines(const std::string& path, const std::string& text, Problems& problems);

} // namespace blockspin::deck
