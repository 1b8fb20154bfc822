#pragma once
// Datasets that only number the places of an axis.

#include <string_view>

namespace blockspin::archive {

/// How the description of one begins; its axis follows.
inline constexpr std::string_view index_description = "index of the axis ";

} // namespace blockspin::archive
