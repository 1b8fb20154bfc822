#pragma once
// The reference of every key, generated from the declarations.

#include <span>
#include <string>

#include "blockspin/deck/schema.hpp"

namespace blockspin::deck {

/// For a terminal: one paragraph a key; `only_key`: of this key alone.
std::string reference_text(std::span<const AnySchema* const> schemas, const std::string& only_key = "");
/// For input/PARAMETERS.md: one table a section.
std::string reference_markdown(std::span<const AnySchema* const> schemas);

} // namespace blockspin::deck
