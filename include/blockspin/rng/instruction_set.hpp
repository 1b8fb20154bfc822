#pragma once
// Which instruction sets the random numbers and the spin kernels can use on this
// machine. Bits never depend on it.

#include <string_view>
#include <vector>

namespace blockspin::rng {

/// Code paths, slowest first. Every path of a kernel gives identical bits.
enum class InstructionSet {
  portable, ///< plain C++
  aes_ni,   ///< AVX2 with AES-NI
  vaes,     ///< AVX-512 (F, BW, VL, VBMI2) with VAES
};

/// The fastest path this processor has. Local; asked once per process.
InstructionSet best_instruction_set();
/// Every path this processor has, slowest first. Local.
std::vector<InstructionSet> available_instruction_sets();
/// "portable", "aes_ni", "vaes".
std::string_view name(InstructionSet set);

} // namespace blockspin::rng
