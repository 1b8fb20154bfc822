#include "blockspin/rng/instruction_set.hpp"

namespace blockspin::rng {

namespace {

InstructionSet detect() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
                      __builtin_cpu_supports("avx512vbmi2");
  if (avx512 && __builtin_cpu_supports("vaes")) return InstructionSet::vaes;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("aes")) return InstructionSet::aes_ni;
#endif
  return InstructionSet::portable;
}

} // namespace

InstructionSet best_instruction_set() {
  static const InstructionSet best = detect();
  return best;
}

std::vector<InstructionSet> available_instruction_sets() {
  std::vector<InstructionSet> sets;
  for (const InstructionSet set : {InstructionSet::portable, InstructionSet::aes_ni, InstructionSet::vaes})
    if (set <= best_instruction_set()) sets.push_back(set);
  return sets;
}

std::string_view name(InstructionSet set) {
  constexpr std::string_view names[] = {"portable", "aes_ni", "vaes"};
  return names[static_cast<int>(set)];
}

} // namespace blockspin::rng
