#pragma once
// What the layers of a stack hand on to one another.

#include <string>
#include <vector>

#include "blockspin/rbm/sampling.hpp"

namespace blockspin::stages {

enum class PassRule { sampled, mean_field };
std::vector<std::string> choice_names(PassRule); ///< in the order of the enumerators
rbm::Rule unit_rule(PassRule rule);

} // namespace blockspin::stages
