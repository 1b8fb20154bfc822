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
    "filter: drawn from its probability given the spins around the block, which a [filter] has learnt";
inline constexpr const char* filter_help =
    "the [filter] of rule = filter; those whose hidden spins it was trained on block first, level after level, and it blocks "
    "all levels from its own on";

/// What is wrong with a rule, or empty.
std::string blocking_problem(BlockingRule rule, bool has_filter);
ising::BlockRule block_rule(BlockingRule rule);

} // namespace blockspin::stages
