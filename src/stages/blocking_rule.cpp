#include "blockspin/stages/blocking_rule.hpp"

namespace blockspin::stages {

std::vector<std::string> choice_names(BlockingRule) { return {"majority", "decimation", "filter"}; }

std::string blocking_problem(BlockingRule rule) {
  return rule == BlockingRule::filter
             ? "filter is reserved for rules that a machine has learnt, and no deck can name one yet; use "
               "majority or decimation"
             : "";
}

ising::BlockRule block_rule(BlockingRule rule) {
  return rule == BlockingRule::majority ? ising::BlockRule::majority : ising::BlockRule::decimation;
}

} // namespace blockspin::stages
