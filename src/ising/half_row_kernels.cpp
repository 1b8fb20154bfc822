#include "half_row_kernels.hpp"

namespace blockspin::ising {

const HalfRowKernels& half_row_kernels(rng::InstructionSet set) {
  switch (set) {
  case rng::InstructionSet::vaes: return half_row_kernels_vaes;
  case rng::InstructionSet::aes_ni: return half_row_kernels_aes_ni;
  case rng::InstructionSet::portable: break;
  }
  return half_row_kernels_portable;
}

} // namespace blockspin::ising
