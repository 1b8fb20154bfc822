#pragma once
// How blocks become spins, as decks say it.

#include <string>
#include <vector>

#include "blockspin/ising/block_spins.hpp"

namespace blockspin::stages {

enum class BlockingRule { majority, decimation, filter };
std::vector<std::string> choice_names(BlockingRule);

inline constexpr const char* blocking_rule_help =
    "how a block becomes a spin; majority: the sign of its sum, ties by chance; decimation: its first spin; "
    "filter: reserved, not available yet";

/// What is wrong with a rule, or empty.
std::string blocking_problem(BlockingRule rule);
/// The rule, where nothing is wrong with it.
ising::BlockRule block_rule(BlockingRule rule);

} // namespace blockspin::stages
