#include "lane_kernels.hpp"

namespace blockspin::ising {

const LaneKernels& lane_kernels(rng::InstructionSet set) {
  switch (set) {
  case rng::InstructionSet::vaes: return lane_kernels_vaes;
  case rng::InstructionSet::aes_ni: return lane_kernels_aes_ni;
  case rng::InstructionSet::portable: break;
  }
  return lane_kernels_portable;
}

} // namespace blockspin::ising
