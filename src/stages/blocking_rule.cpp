#include "blockspin/stages/blocking_rule.hpp"

namespace blockspin::stages {

std::vector<std::string> choice_names(BlockingRule) { return {"majority", "decimation", "filter"}; }

std::string blocking_problem(BlockingRule rule, bool has_filter) {
  if (rule == BlockingRule::filter && !has_filter)
    return "is filter, which needs filter, the name of a [filter]";
  if (rule != BlockingRule::filter && has_filter) return "is not filter, but a filter is named";
  return {};
}

ising::BlockRule block_rule(BlockingRule rule) {
  if (rule == BlockingRule::filter) return ising::BlockRule::filter;
  return rule == BlockingRule::majority ? ising::BlockRule::majority : ising::BlockRule::decimation;
}

} // namespace blockspin::stages
