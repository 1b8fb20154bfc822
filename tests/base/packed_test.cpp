#include <gtest/gtest.h>

#include "blockspin/base/packed.hpp"

using namespace blockspin;

TEST(Packed, RoundTripOfAnUnevenNumberOfSites) {
  std::vector<float> spins(13);
  for (std::size_t s = 0; s < spins.size(); ++s) spins[s] = s % 3 == 0 ? 1.0F : -1.0F;
  std::vector<std::uint8_t> bytes(packed_bytes(spins.size()), 0xFF);
  pack(spins, bytes);
  EXPECT_EQ(bytes[1] >> 5, 0) << "padding bits are zero";
  std::vector<float> back(spins.size());
  unpack(bytes, back, -1.0F, 1.0F);
  EXPECT_EQ(back, spins);
}
