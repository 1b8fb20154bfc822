#pragma once
// Transposing 16 rows in registers. Of internal linkage throughout, as kernels_body.hpp needs it.

#include <cstdint>

namespace blockspin::rbm {

namespace {

/// Transposes 16 rows by exchanging halves, quarters, eighths and sixteenths between pairs of rows. `Row` is
/// a GCC vector of 16 lanes of 32 bits.
template <class Row>
inline void transpose_rows(Row (&row)[16]) {
  typedef std::int32_t Lanes __attribute__((vector_size(64)));
#pragma GCC unroll 4
  for (int step = 8; step > 0; step /= 2) {
    Lanes low, high;
    for (int lane = 0; lane < 16; ++lane) {
      low[lane] = (lane & step) == 0 ? lane : lane - step + 16;
      high[lane] = (lane & step) == 0 ? lane + step : lane + 16;
    }
#pragma GCC unroll 16
    for (int r = 0; r < 16; ++r)
      if ((r & step) == 0) {
        const Row upper = __builtin_shuffle(row[r], row[r + step], low);
        row[r + step] = __builtin_shuffle(row[r], row[r + step], high);
        row[r] = upper;
      }
  }
}

} // namespace

} // namespace blockspin::rbm
