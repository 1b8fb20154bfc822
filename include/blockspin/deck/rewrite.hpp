#pragma once
// The text of a deck with other values: its comments and its order stay.

#include <string>

#include "blockspin/deck/document.hpp"

namespace blockspin::deck {

/// The text of `before` in which the values of `changed` stand, which is `before` with other values, further keys or
/// further sections: in the line of the old value, whose comment stays; or below the head of the section; or in a
/// section at the beginning. A byte order mark goes. Local.
std::string rewritten(const Document& before, const Document& changed);

} // namespace blockspin::deck
