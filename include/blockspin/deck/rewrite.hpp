#pragma once
// The text of a deck with other values: its comments and its order stay.

#include <span>
#include <string>

#include "blockspin/deck/document.hpp"

namespace blockspin::deck {

/// The document's text in which each section.key=value of `options` stands, as --set would have it: in its own line, or
/// below the head of its section, or in a section that is added at the beginning where it is one of `always`. What is wrong with an
/// option goes to `problems`. Throws ErrorKind::usage as apply_overrides() does. Local.
std::string rewritten(const Document& document, std::span<const std::string> options,
                      std::span<const std::string> always, Problems& problems);

} // namespace blockspin::deck
