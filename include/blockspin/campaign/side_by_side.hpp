#pragma once
// Instances of one scan, worked at side by side by groups of ranks.

#include <span>
#include <vector>

#include "blockspin/campaign/context.hpp"

namespace blockspin::campaign {

/// Where the work of a stage stands that is stopped before it, for throw_stopped().
inline constexpr const char* before_it_began = "before it began; nothing is lost";

/// Whether two stages of a plan are instances of the same deck section, of a kind that groups can work at,
/// made from the same groups. Local.
bool are_siblings(const Plan& plan, Stage& a, Stage& b);
/// Groups that n_ranks ranks form for so many instances: one for each, as far as there are ranks and
/// [parallel] groups allows. Local.
int n_groups(const Plan& plan, std::size_t n_instances, int n_ranks);

/// Runs instances of one scan: each by a group of the ranks, a group's own in their order, long ones first to
/// the group with the least to do. Then writes them one after the other. The archive is the same, byte for
/// byte in its scientific datasets, as if each had been run in turn by all ranks, also where one of them
/// fails: those before it are written, those behind it are not (they keep their checkpoints). A stop leaves a
/// checkpoint of each, and writes those that are done up to the first that is not. Collective.
void run_side_by_side(const RunParts& run, std::span<Stage* const> instances);

} // namespace blockspin::campaign
