#include "exchange_kernels.hpp"

namespace blockspin::replica {

const ExchangeKernels& exchange_kernels(rng::InstructionSet set) {
  switch (set) {
  case rng::InstructionSet::vaes: return exchange_kernels_vaes;
  case rng::InstructionSet::aes_ni: return exchange_kernels_aes_ni;
  case rng::InstructionSet::portable: break;
  }
  return exchange_kernels_portable;
}

} // namespace blockspin::replica
