// Rounded products and sums of outer products on the matrix units of AMX: tiles of 16 x 16 sums, each
// instruction adding 16 pairs of bfloat16 products to every one of them (Intel SDM, TDPBF16PS).
// The tile instructions are spelled out in assembler: GCC 12's tile loads and stores do not tell the compiler
// that they touch memory.

#include "kernels.hpp"

#ifdef __AVX512BF16__

#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernels_transpose.hpp"

namespace blockspin::rbm::amx {

namespace {

using std::size_t;

constexpr size_t tile = 16;        ///< rows of a tile, words of its rows, pairs of an instruction
constexpr size_t block = 2 * tile; ///< rows and columns of c worked at together: two tiles by two
constexpr size_t chunk_pairs =
    256; ///< pairs summed between loading and storing c: a panel's piece stays in L1
constexpr size_t chunk_panels =
    16; ///< panels worked through for one packed block of a: their pieces stay in L2
constexpr size_t packed_stride =
    chunk_pairs + tile; // off the powers of two, where rows would share cache sets

static_assert(kernel_width == block);

constexpr size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
constexpr size_t parts_of(size_t n, size_t part) { return (n + part - 1) / part; }

/// The operand of LDTILECFG: all eight tiles whole. Other users of the tiles leave their own.
struct alignas(64) TileShapes {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

/// Tiles in use between construction and destruction.
class Tiles {
public:
  Tiles() {
    const TileShapes shapes;
    asm volatile("ldtilecfg %0" : : "m"(shapes));
  }
  ~Tiles() { asm volatile("tilerelease"); }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;
};

template <int T>
inline void load(const void* from, size_t stride) {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(from), "r"(stride), "i"(T) : "memory");
}
template <int T>
inline void store(void* to, size_t stride) {
  asm volatile("tilestored %%tmm%c2, (%0,%1,1)" : : "r"(to), "r"(stride), "i"(T) : "memory");
}
/// Tile C += tile A times tile B.
template <int C, int A, int B>
inline void multiply_add() {
  asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(C), "i"(A), "i"(B));
}

/// c [32 or, unless `tall`, 16; 32] += a b over n_parts times 16 pairs, terms in turn: a [row][packed_stride]
/// words, b [pair][term][32]. Tiles 0 to 3 hold c, 4 and 5 rows of a, 6 and 7 columns of b.
inline void multiply(const std::uint32_t* a, const std::uint32_t* b, size_t n_terms, size_t n_parts,
                     bool tall, float* c, size_t c_stride) {
  const size_t c_bytes = c_stride * sizeof(float), a_bytes = packed_stride * sizeof(std::uint32_t),
               b_bytes = n_terms * kernel_width * sizeof(std::uint32_t);
  float* const below = c + tile * c_stride;
  load<0>(c, c_bytes);
  load<1>(c + tile, c_bytes);
  if (tall) load<2>(below, c_bytes);
  if (tall) load<3>(below + tile, c_bytes);
  for (size_t part = 0; part < n_parts; ++part, a += tile, b += tile * n_terms * kernel_width) {
    load<4>(a, a_bytes);
    if (tall) load<5>(a + tile * packed_stride, a_bytes);
    for (size_t term = 0; term < n_terms; ++term) {
      load<6>(b + term * kernel_width, b_bytes);
      load<7>(b + term * kernel_width + tile, b_bytes);
      multiply_add<0, 4, 6>();
      multiply_add<1, 4, 7>();
      if (tall) multiply_add<2, 5, 6>();
      if (tall) multiply_add<3, 5, 7>();
    }
  }
  store<0>(c, c_bytes);
  store<1>(c + tile, c_bytes);
  if (tall) store<2>(below, c_bytes);
  if (tall) store<3>(below + tile, c_bytes);
}

inline void copy_row(float* to, const float* from, size_t n) {
  if (n == kernel_width)
    __builtin_memcpy(to, from, kernel_width * sizeof(float));
  else
    __builtin_memcpy(to, from, n * sizeof(float));
}

/// What a block of c is the product of: `rows` packed rows of a, a panel's piece.
struct Factors {
  const std::uint32_t *a, *b;
  size_t n_terms, n_parts, rows;
};

/// multiply() for a c of as many rows and of `columns`, on top of `start` (one value a column) or, where that
/// is null, of c itself. A block that is not whole is worked out beside c.
inline void multiply_block(const Factors& f, size_t columns, const float* start, float* c, size_t c_stride) {
  const bool whole = f.rows == block && columns == block;
  alignas(64) float beside[block * block];
  if (!whole) __builtin_memset(beside, 0, sizeof beside);
  float* const sums = whole ? c : beside;
  const size_t stride = whole ? c_stride : block;
  for (size_t r = 0; r < f.rows && (start != nullptr || !whole); ++r)
    copy_row(sums + r * stride, start != nullptr ? start : c + r * c_stride, columns);
  multiply(f.a, f.b, f.n_terms, f.n_parts, f.rows > tile, sums, stride);
  for (size_t r = 0; r < f.rows && !whole; ++r) copy_row(c + r * c_stride, sums + r * stride, columns);
}

/// 16 words; GCC's own vectors where its intrinsics' headers warn of themselves.
typedef std::uint32_t Row __attribute__((vector_size(64)));

/// The low halves of words, gathered to tell whether any bit was set.
class Dropped {
public:
  void add(__m512i words) { all_ = _mm512_or_si512(all_, words); }
  std::uint32_t bits() const { return _mm512_test_epi32_mask(all_, _mm512_set1_epi32(0xffff)); }

private:
  __m512i all_ = _mm512_setzero_si512();
};

/// Mask of the lanes below n.
inline __mmask16 lanes_below(size_t n) { return static_cast<__mmask16>((1U << smaller(n, tile)) - 1U); }

/// `rows` rows of n values as bfloat16, zeros behind to whole parts and below to whole blocks.
void pack_rows(const float* a, size_t a_stride, size_t rows, size_t n, std::uint32_t* to, Dropped& dropped) {
  const size_t n_halves = 2 * parts_of(n, 2 * tile); // of 16 values, 8 words
  for (size_t r = 0; r < block; ++r)
    for (size_t half = 0; half < n_halves; ++half) {
      const size_t first = half * tile;
      const __mmask16 mask = r < rows && first < n ? lanes_below(n - first) : __mmask16{0};
      const __m512i words = _mm512_maskz_loadu_epi32(mask, a + r * a_stride + first);
      dropped.add(words);
      _mm256_storeu_si256(
          reinterpret_cast<__m256i*>(to + r * packed_stride + first / 2),
          _mm512_maskz_cvtepi32_epi16(0xffff, reinterpret_cast<__m512i>(reinterpret_cast<Row>(words) >> 16)));
    }
}

/// `columns` columns of n rows, turned, as pack_rows() leaves them.
void pack_columns(const float* a, size_t a_stride, size_t columns, size_t n, std::uint32_t* to,
                  Dropped& dropped) {
  for (size_t column = 0; column < block; column += tile) {
    const __mmask16 mask = column < columns ? lanes_below(columns - column) : __mmask16{0};
    for (size_t first = 0; first < n; first += 2 * tile) {
      Row pairs[tile];
      for (size_t p = 0; p < tile; ++p) {
        const size_t even = first + 2 * p;
        const float* const from = a + even * a_stride + column;
        const __m512i low = _mm512_maskz_loadu_epi32(even < n ? mask : __mmask16{0}, from);
        const __m512i high = _mm512_maskz_loadu_epi32(even + 1 < n ? mask : __mmask16{0}, from + a_stride);
        dropped.add(low);
        dropped.add(high);
        pairs[p] = reinterpret_cast<Row>(low) >> 16 | (reinterpret_cast<Row>(high) & 0xffff0000U);
      }
      transpose_rows(pairs);
      for (size_t c = 0; c < tile; ++c)
        _mm512_storeu_si512(to + (column + c) * packed_stride + first / 2,
                            reinterpret_cast<__m512i>(pairs[c]));
    }
  }
}

/// A sum over k, b rounded, in an order that keeps panels' pieces in the caches: pack(row, rows, first k, how
/// many k, to, dropped) packs rows of a, add(factors, panel, row, whether it is the first piece) adds to a
/// block of c. Returns zero if all values of a are bfloat16 numbers.
template <class Pack, class Add>
inline std::uint32_t sum_in_blocks(size_t n_rows, size_t k, const std::uint32_t* b, size_t n_terms, size_t n,
                                   const Pack& pack, const Add& add) {
  const Tiles tiles;
  alignas(64) std::uint32_t packed[block * packed_stride];
  const size_t n_pairs = parts_of(k, 2), n_panels = parts_of(n, kernel_width);
  Dropped dropped;
  for (size_t group = 0; group < n_panels; group += chunk_panels)
    for (size_t pair = 0; pair == 0 || pair < n_pairs; pair += chunk_pairs)
      for (size_t row = 0; row < n_rows; row += block) {
        const size_t pairs = smaller(chunk_pairs, n_pairs - pair), rows = smaller(block, n_rows - row);
        pack(row, rows, 2 * pair, smaller(2 * pairs, k - 2 * pair), packed, dropped);
        for (size_t panel = group; panel < smaller(group + chunk_panels, n_panels); ++panel)
          add({packed, b + (panel * n_pairs + pair) * n_terms * kernel_width, n_terms, parts_of(pairs, tile),
               rows},
              panel, row, pair == 0);
      }
  return dropped.bits();
}

std::uint32_t rounded_product(const float* a, size_t m, size_t k, const std::uint32_t* b, size_t n_terms,
                              size_t n, const float* start, float* c) {
  const auto pack = [&](size_t row, size_t rows, size_t first, size_t n_values, std::uint32_t* to,
                        Dropped& dropped) { pack_rows(a + row * k + first, k, rows, n_values, to, dropped); };
  const auto add = [&](const Factors& factors, size_t panel, size_t row, bool first) {
    const size_t column = panel * kernel_width;
    multiply_block(factors, smaller(kernel_width, n - column), first ? start + column : nullptr,
                   c + row * n + column, n);
  };
  return sum_in_blocks(m, k, b, n_terms, n, pack, add);
}

std::uint32_t rounded_outer(const float* a, size_t k, size_t m, const std::uint32_t* b, size_t n_terms,
                            size_t n, float* c) {
  const auto pack = [&](size_t row, size_t rows, size_t first, size_t n_values, std::uint32_t* to,
                        Dropped& dropped) {
    pack_columns(a + first * m + row, m, rows, n_values, to, dropped);
  };
  const auto add = [&](const Factors& factors, size_t panel, size_t row, bool) {
    multiply_block(factors, kernel_width, nullptr, c + (panel * m + row) * kernel_width, kernel_width);
  };
  return sum_in_blocks(m, k, b, n_terms, n, pack, add);
}

} // namespace

bool permitted() {
  constexpr unsigned bfloat16 = 1U << 22, tiles = 1U << 24; // CPUID leaf 7, EDX
  constexpr long ask_for_state = 0x1023, tile_data = 18;    // Linux: ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0) return false;
  if ((edx & bfloat16) == 0 || (edx & tiles) == 0) return false;
  return syscall(SYS_arch_prctl, ask_for_state, tile_data) == 0;
}

const Kernels& table() {
  static const Kernels kernels = [] {
    Kernels own = avx512_bf16::table;
    own.name = "amx";
    own.rounded_product = rounded_product;
    own.rounded_outer = rounded_outer;
    return own;
  }();
  return kernels;
}

} // namespace blockspin::rbm::amx

#else // where the flags do not apply, neither do these kernels

namespace blockspin::rbm::amx {
bool permitted() { return false; }
const Kernels& table() { return avx512_bf16::table; }
} // namespace blockspin::rbm::amx

#endif
