#include "blockspin/stages/pass_rule.hpp"

namespace blockspin::stages {

std::vector<std::string> choice_names(PassRule) { return {"sampled", "mean_field"}; }

rbm::Rule unit_rule(PassRule rule) {
  return rule == PassRule::sampled ? rbm::Rule::sampled : rbm::Rule::mean;
}

} // namespace blockspin::stages
