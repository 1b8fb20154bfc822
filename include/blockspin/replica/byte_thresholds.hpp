#pragma once
// What the first byte of a random number says of an exchange.

#include <cstdint>

namespace blockspin::replica {

/// An exchange that leaves n more bonds antiparallel at the lower temperature is accepted where n <=
/// sure[byte], refused where n > perhaps[byte], and in between the number's other bits decide. n = 255 stands
/// for all beyond, too.
struct alignas(64) ByteThresholds {
  std::uint8_t sure[256];
  std::uint8_t perhaps[256];
};

} // namespace blockspin::replica
