#include "blockspin/rbm/profile.hpp"

namespace blockspin::rbm {

petsc::Events& events() {
  static petsc::Events all(
      {"TrainData", "TrainProducts", "TrainUnits", "TrainGradient", "TrainRanks", "TrainUpdate"});
  return all;
}

} // namespace blockspin::rbm
