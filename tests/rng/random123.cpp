#include "random123.hpp"

#include <Random123/ars.h>

bool random123_has_ars() { return R123_USE_AES_NI; }

#if R123_USE_AES_NI
std::array<std::uint64_t, 2> random123_block(std::uint64_t key_low, std::uint64_t key_high,
                                             std::uint64_t sequence, std::uint64_t block) {
  const auto halves = [](std::uint64_t low, std::uint64_t high) {
    return r123::ARS4x32_R<7>::ctr_type{
        {static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(low >> 32),
         static_cast<std::uint32_t>(high), static_cast<std::uint32_t>(high >> 32)}};
  };
  const auto out = r123::ARS4x32_R<7>()(halves(block, sequence), halves(key_low, key_high));
  return {out[0] | static_cast<std::uint64_t>(out[1]) << 32, out[2] | static_cast<std::uint64_t>(out[3])
                                                                          << 32};
}
#else
std::array<std::uint64_t, 2> random123_block(std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t) {
  return {};
}
#endif
