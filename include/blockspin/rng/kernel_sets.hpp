#pragma once
// Tables of kernels that are built once for each instruction set (blockspin_spin_kernels in
// src/CMakeLists.txt) and chosen at run time.

#include "blockspin/rng/instruction_set.hpp"

namespace blockspin::rng {

/// The builds of one table, a struct of pointers to functions. Every build gives identical bits.
template <class Kernels>
struct KernelSets {
  const Kernels& portable;
  const Kernels& aes_ni;
  const Kernels& vaes;

  /// The build for an instruction set, which the processor must have. Local.
  const Kernels& operator[](InstructionSet set) const {
    switch (set) {
    case InstructionSet::vaes: return vaes;
    case InstructionSet::aes_ni: return aes_ni;
    case InstructionSet::portable: break;
    }
    return portable;
  }
};

} // namespace blockspin::rng

/// Declares `name`, the builds of a table of type `Kernels`. Each build is the variable `name` of a namespace
/// within the present one, called as the instruction set is: there the body defines it.
#define BLOCKSPIN_KERNEL_SETS(Kernels, name)                                                                 \
  namespace portable {                                                                                       \
  extern const Kernels name;                                                                                 \
  }                                                                                                          \
  namespace aes_ni {                                                                                         \
  extern const Kernels name;                                                                                 \
  }                                                                                                          \
  namespace vaes {                                                                                           \
  extern const Kernels name;                                                                                 \
  }                                                                                                          \
  constexpr ::blockspin::rng::KernelSets<Kernels> name { portable::name, aes_ni::name, vaes::name }
