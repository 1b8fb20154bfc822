#include "blockspin/rng/ars.hpp"

#include <bit>

namespace blockspin::rng {

namespace {

constexpr std::uint8_t doubled(std::uint8_t x) {
  return static_cast<std::uint8_t>((x << 1) ^ ((x & 0x80) != 0 ? 0x1B : 0));
}

/// The S-box by walking the field: p runs over its multiplicative group as powers of 3, q over the inverses.
constexpr AesTables make_tables() {
  AesTables tables{};
  std::uint8_t p = 1, q = 1;
  do {
    p = static_cast<std::uint8_t>(p ^ doubled(p));
    q = static_cast<std::uint8_t>(q ^ (q << 1));
    q = static_cast<std::uint8_t>(q ^ (q << 2));
    q = static_cast<std::uint8_t>(q ^ (q << 4));
    q = static_cast<std::uint8_t>(q ^ ((q & 0x80) != 0 ? 0x09 : 0));
    tables.substitution[p] = static_cast<std::uint8_t>(q ^ std::rotl(q, 1) ^ std::rotl(q, 2) ^
                                                       std::rotl(q, 3) ^ std::rotl(q, 4) ^ 0x63);
  } while (p != 1);
  tables.substitution[0] = 0x63;
  for (int i = 0; i < 256; ++i) {
    const std::uint32_t s = tables.substitution[i], s2 = doubled(tables.substitution[i]);
    tables.mixed[i] = s2 | s << 8 | s << 16 | (s2 ^ s) << 24;
  }
  return tables;
}

/// SubBytes, ShiftRows, MixColumns of the column that starts at byte 0 of a.
std::uint32_t mixed_column(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  const auto& t = aes_tables.mixed;
  return t[a & 255] ^ std::rotl(t[b >> 8 & 255], 8) ^ std::rotl(t[c >> 16 & 255], 16) ^
         std::rotl(t[d >> 24], 24);
}

std::uint32_t last_column(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  const auto& s = aes_tables.substitution;
  return static_cast<std::uint32_t>(s[a & 255]) | static_cast<std::uint32_t>(s[b >> 8 & 255]) << 8 |
         static_cast<std::uint32_t>(s[c >> 16 & 255]) << 16 | static_cast<std::uint32_t>(s[d >> 24]) << 24;
}

std::uint32_t low_half(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
std::uint32_t high_half(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }

} // namespace

constexpr AesTables tables_value = make_tables();
constinit const AesTables aes_tables = tables_value;

void ars_block(const ArsKey& key, std::uint64_t sequence, std::uint64_t block, std::uint64_t* out) {
  std::uint64_t k0 = key.low, k1 = key.high;
  std::uint32_t a = low_half(block ^ k0), b = high_half(block ^ k0), c = low_half(sequence ^ k1),
                d = high_half(sequence ^ k1);
  for (int round = 1; round <= ars_rounds; ++round) {
    k0 += ars_weyl_low;
    k1 += ars_weyl_high;
    const auto column = round < ars_rounds ? mixed_column : last_column;
    const std::uint32_t a1 = column(a, b, c, d), b1 = column(b, c, d, a), c1 = column(c, d, a, b),
                        d1 = column(d, a, b, c);
    a = a1 ^ low_half(k0);
    b = b1 ^ high_half(k0);
    c = c1 ^ low_half(k1);
    d = d1 ^ high_half(k1);
  }
  out[0] = a | static_cast<std::uint64_t>(b) << 32;
  out[1] = c | static_cast<std::uint64_t>(d) << 32;
}

} // namespace blockspin::rng
