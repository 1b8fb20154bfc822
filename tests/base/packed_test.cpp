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

TEST(Packed, SitesAreReadAndSetFromAnyPlaceOn) {
  std::vector<float> spins(203);
  for (std::size_t s = 0; s < spins.size(); ++s) spins[s] = s * s % 7 < 3 ? 1.0F : -1.0F;
  std::vector<std::uint8_t> bytes(packed_bytes(spins.size()));
  pack(spins, bytes);
  for (std::uint64_t first = 0; first < spins.size(); ++first) {
    const std::uint64_t word = sites_from(bytes, first);
    for (std::uint64_t i = 0; i < 64; ++i)
      EXPECT_EQ(word >> i & 1, first + i < spins.size() && spins[first + i] > 0) << first;
    for (const unsigned n : {1U, 7U, 8U, 33U, 57U, 64U}) {
      if (first + n > spins.size()) continue;
      std::vector<std::uint8_t> only(bytes.size()), expected(bytes.size());
      set_sites(only, first, n == 64 ? word : word & ((std::uint64_t{1} << n) - 1), n);
      std::vector<float> some(spins.size(), -1.0F);
      std::copy_n(spins.begin() + static_cast<std::ptrdiff_t>(first), n,
                  some.begin() + static_cast<std::ptrdiff_t>(first));
      pack(some, expected);
      EXPECT_EQ(only, expected) << first << " " << n;
    }
  }
}
