#pragma once
// Two archives, dataset by dataset, byte by byte.

#include <string>
#include <vector>

#include "blockspin/archive/archive.hpp"

namespace blockspin::app {

/// What differs in the scientific datasets of two archives: one line each, none where they are the same.
/// Provenance does not count. Collective; the same on every rank.
std::vector<std::string> differences(const archive::Archive& a, const archive::Archive& b);

} // namespace blockspin::app
