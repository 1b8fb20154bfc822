#pragma once
// The stages of the program, one row each.

#include <vector>

#include "blockspin/campaign/kind.hpp"

namespace blockspin::app {

/// Every kind of stage, in the order of a campaign. The frame gets this list; it knows no stage itself.
std::vector<campaign::Kind> stage_kinds();

} // namespace blockspin::app
