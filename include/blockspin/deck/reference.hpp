#pragma once
// The reference of every key, generated from the declarations.

#include <span>
#include <string>

#include "blockspin/deck/schema.hpp"

namespace blockspin::deck {

/// For a terminal: one paragraph a key.
std::string reference_text(std::span<const AnySchema* const> schemas);
/// For input/PARAMETERS.md: one table a section.
std::string reference_markdown(std::span<const AnySchema* const> schemas);

} // namespace blockspin::deck
