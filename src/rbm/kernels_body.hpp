// The kernels, written once in GCC's vector extensions, compiled for each instruction set (CMakeLists.txt,
// which sets BLOCKSPIN_KERNELS, BLOCKSPIN_VECTOR_BYTES and BLOCKSPIN_TILE_ROWS). Nothing here may instantiate
// a template or inline function of external linkage of another header: the linker might use it on processors
// that lack the instructions.

#include <cstdint>

#include "kernels.hpp"
#include "kernels_transpose.hpp"
#if defined(BLOCKSPIN_BFLOAT16) && defined(__AVX512BF16__)
#include <immintrin.h>
#endif

namespace blockspin::rbm::BLOCKSPIN_KERNELS {

namespace {

using std::size_t;

template <class T>
struct Lanes;
template <>
struct Lanes<float> {
  typedef float Vector __attribute__((vector_size(BLOCKSPIN_VECTOR_BYTES), aligned(4), may_alias));
};
template <>
struct Lanes<double> {
  typedef double Vector __attribute__((vector_size(BLOCKSPIN_VECTOR_BYTES), aligned(8), may_alias));
};
template <class T>
using Vector = typename Lanes<T>::Vector;

/// Vectors to a panel row.
template <class T>
constexpr int n_vectors = static_cast<int>(kernel_width * sizeof(T) / BLOCKSPIN_VECTOR_BYTES);
/// Rows of a register tile: as many accumulators as the registers hold.
template <class T>
constexpr int tile_rows = sizeof(T) == 4 ? BLOCKSPIN_TILE_ROWS : (BLOCKSPIN_TILE_ROWS + 1) / 2;

/// Terms summed between loading and storing a tile of c: keeps a tile of a and a panel's piece in the caches.
constexpr size_t chunk_terms = 512;
/// Panels worked through for one copied tile of a.
constexpr size_t chunk_panels = 8;

constexpr size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
constexpr size_t parts_of(size_t n, size_t part) { return (n + part - 1) / part; }

/// A tile of c, in registers.
template <class T, int R>
using Tile = Vector<T>[R][n_vectors<T>];

template <class T, int R>
inline void load_tile(Tile<T, R>& sum, const T* c, size_t c_stride) {
  constexpr size_t lanes = BLOCKSPIN_VECTOR_BYTES / sizeof(T);
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
    for (int v = 0; v < n_vectors<T>; ++v)
      sum[r][v] = *reinterpret_cast<const Vector<T>*>(c + static_cast<size_t>(r) * c_stride +
                                                      static_cast<size_t>(v) * lanes);
}

template <class T, int R>
inline void store_tile(const Tile<T, R>& sum, T* c, size_t c_stride) {
  constexpr size_t lanes = BLOCKSPIN_VECTOR_BYTES / sizeof(T);
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
    for (int v = 0; v < n_vectors<T>; ++v)
      *reinterpret_cast<Vector<T>*>(c + static_cast<size_t>(r) * c_stride + static_cast<size_t>(v) * lanes) =
          sum[r][v];
}

/// c [R, 32] (row stride c_stride) += a b over k terms in order: a(r, term) = a[r *
/// row_stride + term * term_stride].
template <class T, int R>
inline void tile(const T* a, size_t row_stride, size_t term_stride, const T* b, size_t k, T* c,
                 size_t c_stride) {
  using V = Vector<T>;
  constexpr int nv = n_vectors<T>;
  constexpr size_t lanes = BLOCKSPIN_VECTOR_BYTES / sizeof(T);
  Tile<T, R> sum;
  load_tile<T, R>(sum, c, c_stride);
  for (size_t term = 0; term < k; ++term, a += term_stride, b += kernel_width) {
    V right[nv];
#pragma GCC unroll 8
    for (int v = 0; v < nv; ++v) right[v] = *reinterpret_cast<const V*>(b + static_cast<size_t>(v) * lanes);
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      const T left = a[static_cast<size_t>(r) * row_stride];
#pragma GCC unroll 8
      for (int v = 0; v < nv; ++v) sum[r][v] += left * right[v];
    }
  }
  store_tile<T, R>(sum, c, c_stride);
}

/// tile<T, rows> for a number of rows known at run time.
template <class T, int R = tile_rows<T>>
inline void any_tile(size_t rows, const T* a, size_t row_stride, size_t term_stride, const T* b, size_t k,
                     T* c, size_t c_stride) {
  if (rows == static_cast<size_t>(R)) {
    tile<T, R>(a, row_stride, term_stride, b, k, c, c_stride);
  } else if constexpr (R > 1) {
    any_tile<T, R - 1>(rows, a, row_stride, term_stride, b, k, c, c_stride);
  }
}

/// Even division of m rows into tiles: first row of tile t of n.
constexpr size_t tile_first(size_t m, size_t t, size_t n) { return m * t / n; }

/// One tile of a product, for a last panel that is not whole: worked out beside c.
void partial_product_tile(const float* a, size_t a_stride, size_t rows, size_t terms, const float* b,
                          size_t columns, const float* start, float* c, size_t c_stride) {
  alignas(64) float whole[BLOCKSPIN_TILE_ROWS * kernel_width] = {};
  for (size_t r = 0; r < rows; ++r)
    __builtin_memcpy(whole + r * kernel_width, start != nullptr ? start : c + r * c_stride,
                     columns * sizeof(float));
  any_tile<float>(rows, a, a_stride, 1, b, terms, whole, kernel_width);
  for (size_t r = 0; r < rows; ++r)
    __builtin_memcpy(c + r * c_stride, whole + r * kernel_width, columns * sizeof(float));
}

/// One tile of a product, on top of `start` (one value a column) or, where that is null, of c itself.
void product_tile(const float* a, size_t a_stride, size_t rows, size_t terms, const float* b, size_t columns,
                  const float* start, float* c, size_t c_stride) {
  if (columns < kernel_width)
    return partial_product_tile(a, a_stride, rows, terms, b, columns, start, c, c_stride);
  for (size_t r = 0; start != nullptr && r < rows; ++r)
    for (size_t n = 0; n < kernel_width; ++n) c[r * c_stride + n] = start[n];
  any_tile<float>(rows, a, a_stride, 1, b, terms, c, c_stride);
}

void product(const float* a, size_t m, size_t k, const float* b, size_t n, const float* start, float* c) {
  constexpr size_t stride = chunk_terms + 16; // off the powers of two, where rows would share cache sets
  alignas(64) float rows_of_a[BLOCKSPIN_TILE_ROWS * stride];
  const size_t n_panels = parts_of(n, kernel_width), n_tiles = parts_of(m, BLOCKSPIN_TILE_ROWS);
  for (size_t panel_0 = 0; panel_0 < n_panels; panel_0 += chunk_panels) {
    const size_t panel_end = smaller(panel_0 + chunk_panels, n_panels);
    for (size_t first = 0; first == 0 || first < k; first += chunk_terms) {
      const size_t terms = smaller(chunk_terms, k - first);
      for (size_t t = 0; t < n_tiles; ++t) {
        const size_t row_0 = tile_first(m, t, n_tiles), rows = tile_first(m, t + 1, n_tiles) - row_0;
        const bool copied = k > chunk_terms; // short rows lie close together as they are
        for (size_t r = 0; copied && r < rows; ++r)
          __builtin_memcpy(rows_of_a + r * stride, a + (row_0 + r) * k + first, terms * sizeof(float));
        for (size_t panel = panel_0; panel < panel_end; ++panel)
          product_tile(
              copied ? rows_of_a : a + row_0 * k, copied ? stride : k, rows, terms,
              b + (panel * k + first) * kernel_width, smaller(kernel_width, n - panel * kernel_width),
              first == 0 ? start + panel * kernel_width : nullptr, c + row_0 * n + panel * kernel_width, n);
      }
    }
  }
}

typedef std::uint32_t Words __attribute__((vector_size(BLOCKSPIN_VECTOR_BYTES), aligned(4), may_alias));
constexpr std::uint32_t high_half = 0xffff0000U;

/// sum + (odd of a)(odd of b), then + (even of a)(even of b): what the processor's instruction does, rounding
/// included (the products are exact).
inline Vector<float> add_pair(Vector<float> sum, std::uint32_t a, Words b) {
#if defined(BLOCKSPIN_BFLOAT16) && defined(__AVX512BF16__)
  const __m512i left = _mm512_set1_epi32(static_cast<int>(a));
  return reinterpret_cast<Vector<float>>(_mm512_dpbf16_ps(
      reinterpret_cast<__m512>(sum), reinterpret_cast<__m512bh>(left), reinterpret_cast<__m512bh>(b)));
#else
  const Words odd = (Words{} + a) & high_half, even = (Words{} + a) << 16;
  sum += reinterpret_cast<Vector<float>>(odd) * reinterpret_cast<Vector<float>>(b & high_half);
  return sum + reinterpret_cast<Vector<float>>(even) * reinterpret_cast<Vector<float>>(b << 16);
#endif
}

/// tile() with rounded panels: a(r, pair) = a[r * a_stride + pair].
template <int Terms, int R>
inline void rounded_tile(const std::uint32_t* a, size_t a_stride, const std::uint32_t* b, size_t pairs,
                         float* c, size_t c_stride) {
  constexpr int nv = n_vectors<float>;
  constexpr size_t lanes = BLOCKSPIN_VECTOR_BYTES / sizeof(float);
  Tile<float, R> sum;
  load_tile<float, R>(sum, c, c_stride);
  for (size_t pair = 0; pair < pairs; ++pair, ++a)
#pragma GCC unroll 2
    for (int term = 0; term < Terms; ++term, b += kernel_width) {
      Words right[nv];
#pragma GCC unroll 8
      for (int v = 0; v < nv; ++v)
        right[v] = *reinterpret_cast<const Words*>(b + static_cast<size_t>(v) * lanes);
#pragma GCC unroll 16
      for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
        for (int v = 0; v < nv; ++v)
          sum[r][v] = add_pair(sum[r][v], a[static_cast<size_t>(r) * a_stride], right[v]);
    }
  store_tile<float, R>(sum, c, c_stride);
}

template <int Terms, int R = BLOCKSPIN_TILE_ROWS>
inline void any_rounded_tile(size_t rows, const std::uint32_t* a, size_t a_stride, const std::uint32_t* b,
                             size_t pairs, float* c, size_t c_stride) {
  if (rows == static_cast<size_t>(R)) {
    rounded_tile<Terms, R>(a, a_stride, b, pairs, c, c_stride);
  } else if constexpr (R > 1) {
    any_rounded_tile<Terms, R - 1>(rows, a, a_stride, b, pairs, c, c_stride);
  }
}

/// One tile on top of `start` or, where that is null, of c; worked out beside c, since its
/// last panel may not be whole.
template <int Terms>
void rounded_product_tile(const std::uint32_t* a, size_t a_stride, size_t rows, size_t pairs,
                          const std::uint32_t* b, size_t columns, const float* start, float* c,
                          size_t c_stride) {
  alignas(64) float whole[BLOCKSPIN_TILE_ROWS * kernel_width] = {};
  for (size_t r = 0; r < rows; ++r)
    __builtin_memcpy(whole + r * kernel_width, start != nullptr ? start : c + r * c_stride,
                     columns * sizeof(float));
  any_rounded_tile<Terms>(rows, a, a_stride, b, pairs, whole, kernel_width);
  for (size_t r = 0; r < rows; ++r)
    __builtin_memcpy(c + r * c_stride, whole + r * kernel_width, columns * sizeof(float));
}

/// Pairs of a row's values as bfloat16; returns what that drops.
inline std::uint32_t paired(const float* row, size_t n, std::uint32_t* pairs) {
  const auto* bits = reinterpret_cast<const std::uint32_t __attribute__((may_alias))*>(row);
  std::uint32_t dropped = 0;
  for (size_t p = 0; p < n / 2; ++p) {
    dropped |= (bits[2 * p] | bits[2 * p + 1]) & ~high_half;
    pairs[p] = bits[2 * p] >> 16 | (bits[2 * p + 1] & high_half);
  }
  if (n % 2 == 1) {
    dropped |= bits[n - 1] & ~high_half;
    pairs[n / 2] = bits[n - 1] >> 16;
  }
  return dropped;
}

template <int Terms>
std::uint32_t rounded_product_of(const float* a, size_t m, size_t k, const std::uint32_t* b, size_t n,
                                 const float* start, float* c) {
  constexpr size_t stride = chunk_terms / 2 + 16;
  alignas(64) std::uint32_t rows_of_a[BLOCKSPIN_TILE_ROWS * stride];
  const size_t n_panels = parts_of(n, kernel_width), n_tiles = parts_of(m, BLOCKSPIN_TILE_ROWS);
  const size_t n_pairs = parts_of(k, 2);
  std::uint32_t dropped = 0;
  for (size_t panel_0 = 0; panel_0 < n_panels; panel_0 += chunk_panels) {
    const size_t panel_end = smaller(panel_0 + chunk_panels, n_panels);
    for (size_t first = 0; first == 0 || first < k; first += chunk_terms) {
      const size_t terms = smaller(chunk_terms, k - first);
      for (size_t t = 0; t < n_tiles; ++t) {
        const size_t row_0 = tile_first(m, t, n_tiles), rows = tile_first(m, t + 1, n_tiles) - row_0;
        for (size_t r = 0; r < rows; ++r)
          dropped |= paired(a + (row_0 + r) * k + first, terms, rows_of_a + r * stride);
        for (size_t panel = panel_0; panel < panel_end; ++panel)
          rounded_product_tile<Terms>(rows_of_a, stride, rows, parts_of(terms, 2),
                                      b + (panel * n_pairs + first / 2) * kernel_width * Terms,
                                      smaller(kernel_width, n - panel * kernel_width),
                                      first == 0 ? start + panel * kernel_width : nullptr,
                                      c + row_0 * n + panel * kernel_width, n);
      }
    }
  }
  return dropped;
}

std::uint32_t rounded_product(const float* a, size_t m, size_t k, const std::uint32_t* b, size_t n_terms,
                              size_t n, const float* start, float* c) {
  return n_terms == 1 ? rounded_product_of<1>(a, m, k, b, n, start, c)
                      : rounded_product_of<2>(a, m, k, b, n, start, c);
}

/// To the nearest bfloat16, halves to even; tiny values to zero, so that no product or sum meets a denormal.
inline Words rounded(Words x) {
  const Words near = (x + 0x7fffU + (x >> 16 & 1U)) & high_half;
  const Words tiny = (x & 0x7fffffffU) < 0x0d800000U; // 2^-100
  return near & ~tiny;
}

void round_panels(const float* panels, size_t n_panels, size_t k, size_t n_terms, std::uint32_t* to) {
  constexpr size_t lanes = BLOCKSPIN_VECTOR_BYTES / sizeof(float);
  for (size_t panel = 0; panel < n_panels; ++panel, panels += k * kernel_width)
    for (size_t row = 0; row < k; row += 2, to += n_terms * kernel_width)
      for (size_t column = 0; column < kernel_width; column += lanes) {
        const float* from = panels + row * kernel_width + column;
        Words even = *reinterpret_cast<const Words*>(from);
        Words odd = row + 1 < k ? *reinterpret_cast<const Words*>(from + kernel_width) : Words{};
        for (size_t term = 0; term < n_terms; ++term) {
          const Words even_term = rounded(even), odd_term = rounded(odd);
          *reinterpret_cast<Words*>(to + term * kernel_width + column) = even_term >> 16 | odd_term;
          even = reinterpret_cast<Words>(reinterpret_cast<Vector<float>>(even) -
                                         reinterpret_cast<Vector<float>>(even_term));
          odd = reinterpret_cast<Words>(reinterpret_cast<Vector<float>>(odd) -
                                        reinterpret_cast<Vector<float>>(odd_term));
        }
      }
}

template <class T>
void outer(const T* a, size_t k, size_t m, const T* b, size_t n, T* c) {
  constexpr size_t width = static_cast<size_t>(tile_rows<T>);
  alignas(64) T columns_of_a[chunk_terms * width];
  const size_t n_panels = parts_of(n, kernel_width), n_tiles = parts_of(m, width);
  for (size_t first = 0; first < k; first += chunk_terms) {
    const size_t terms = smaller(chunk_terms, k - first);
    for (size_t t = 0; t < n_tiles; ++t) {
      const size_t row_0 = tile_first(m, t, n_tiles), rows = tile_first(m, t + 1, n_tiles) - row_0;
      for (size_t term = 0; term < terms; ++term)
        for (size_t r = 0; r < rows; ++r) columns_of_a[term * width + r] = a[(first + term) * m + row_0 + r];
      for (size_t panel = 0; panel < n_panels; ++panel)
        any_tile<T>(rows, columns_of_a, 1, width, b + (panel * k + first) * kernel_width, terms,
                    c + (panel * m + row_0) * kernel_width, kernel_width);
    }
  }
}

void outer_float(const float* a, size_t k, size_t m, const float* b, size_t n, float* c) {
  outer(a, k, m, b, n, c);
}
void outer_double(const double* a, size_t k, size_t m, const double* b, size_t n, double* c) {
  outer(a, k, m, b, n, c);
}

constexpr size_t block = 16; // side of the squares that transpose() turns in registers
typedef float Row __attribute__((vector_size(64), aligned(4), may_alias));
typedef std::int32_t Mask __attribute__((vector_size(64)));
typedef std::uint32_t Bits __attribute__((vector_size(64), aligned(4), may_alias));

/// Columns [column, column + 16) of `from` become rows of `to`; rows of `from` beyond n are zeros.
inline void transpose_block(const float* from, size_t n, size_t row_0, size_t n_out_rows, float* to) {
  Row row[block];
  for (size_t r = 0; r < block; ++r)
    row[r] = row_0 + r < n ? *reinterpret_cast<const Row*>(from + (row_0 + r) * kernel_width) : Row{};
  transpose_rows(row);
  for (size_t r = 0; r < n_out_rows; ++r) *reinterpret_cast<Row*>(to + r * kernel_width) = row[r];
}

void transpose(const float* from, size_t n, size_t m, float* to) {
  const size_t n_padded = parts_of(n, kernel_width) * kernel_width;
  for (size_t column = 0; column < m; column += block) {
    const size_t n_out_rows = smaller(block, m - column);
    const float* source = from + column / kernel_width * n * kernel_width + column % kernel_width;
    for (size_t row_0 = 0; row_0 < n_padded; row_0 += block)
      transpose_block(source, n, row_0, n_out_rows,
                      to + (row_0 / kernel_width * m + column) * kernel_width + row_0 % kernel_width);
  }
}

/// exp(x) for -87 <= x <= 0: 2^n times a polynomial on [-ln2/2, ln2/2] (Cephes' coefficients).
inline Row exp_negative(Row x) {
  constexpr float round_shift = 12582912.0F; // 1.5 * 2^23
  const Row n = (x * 1.44269504F + round_shift) - round_shift;
  const Row r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  Row p = r * 1.9875691500e-4F + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * (r * r) + r + 1.0F;
  const Mask bits = (__builtin_convertvector(n, Mask) + 127) << 23;
  return p * reinterpret_cast<const Row&>(bits);
}

/// 1 / (1 + exp(-x)), symmetric: probability(-x) = 1 - probability(x) to rounding.
inline Row probability(Row x) {
  const Row limit = Row{} + 87.0F;
  Row magnitude = x < 0.0F ? -x : x;
  magnitude = magnitude < limit ? magnitude : limit;
  const Row e = exp_negative(-magnitude);
  const Row small = e / (e + 1.0F);
  return x < 0.0F ? small : 1.0F - small;
}

inline void activate_group(const float* fields, size_t u, const Activation& job, float* mean, float* sample) {
  const Row p = probability(*reinterpret_cast<const Row*>(fields) * job.slope);
  const Row off = Row{} + job.off;
  if (mean != nullptr) {
    Row value = off + (1.0F - job.off) * p;
    if (job.grid_shift != 0.0F) value = (value + job.grid_shift) - job.grid_shift;
    *reinterpret_cast<Row*>(mean) = value;
  }
  if (sample != nullptr) {
    const Row one = Row{} + 1.0F;
    const Bits random = *reinterpret_cast<const Bits*>(job.random + u) >> 9;
    const Row uniform =
        (__builtin_convertvector(__builtin_convertvector(random, Mask), Row) + 0.5F) * 0x1p-23F;
    *reinterpret_cast<Row*>(sample) = uniform < p ? one : off;
  }
}

void activate(const float* fields, size_t n, const Activation& job) {
  size_t u = 0;
  for (; u + kernel_group <= n; u += kernel_group)
    activate_group(fields + u, u, job, job.mean != nullptr ? job.mean + u : nullptr,
                   job.sample != nullptr ? job.sample + u : nullptr);
  if (u == n) return;
  float last_fields[kernel_group] = {}, last_mean[kernel_group], last_sample[kernel_group];
  for (size_t i = 0; u + i < n; ++i) last_fields[i] = fields[u + i];
  activate_group(last_fields, u, job, job.mean != nullptr ? last_mean : nullptr,
                 job.sample != nullptr ? last_sample : nullptr);
  for (size_t i = 0; u + i < n; ++i) {
    if (job.mean != nullptr) job.mean[u + i] = last_mean[i];
    if (job.sample != nullptr) job.sample[u + i] = last_sample[i];
  }
}

void add_row(const float* row, size_t n, double sign, double* sums) {
  for (size_t u = 0; u < n; ++u) sums[u] += sign * static_cast<double>(row[u]); // exact: sign is +-1
}

float squared_difference(const float* a, const float* b, size_t n) {
  float lanes[block] = {};
  size_t u = 0;
  Row sum = {};
  for (; u + block <= n; u += block) {
    const Row d = *reinterpret_cast<const Row*>(a + u) - *reinterpret_cast<const Row*>(b + u);
    sum += d * d;
  }
  for (size_t i = 0; i < block; ++i) lanes[i] = sum[i];
  for (; u < n; ++u) lanes[u % block] += (a[u] - b[u]) * (a[u] - b[u]);
  float total = 0.0F;
  for (const float lane : lanes) total += lane;
  return total;
}

std::uint32_t largest_magnitude(const float* values, size_t n) {
  Bits largest = {};
  size_t u = 0;
  for (; u + block <= n; u += block) {
    const Bits magnitude = *reinterpret_cast<const Bits*>(values + u) & 0x7fffffffU;
    largest = magnitude > largest ? magnitude : largest;
  }
  std::uint32_t result = 0;
  for (size_t i = 0; i < block; ++i) result = largest[i] > result ? largest[i] : result;
  for (; u < n; ++u) {
    std::uint32_t magnitude;
    __builtin_memcpy(&magnitude, values + u, sizeof magnitude);
    magnitude &= 0x7fffffffU;
    result = magnitude > result ? magnitude : result;
  }
  return result;
}

} // namespace

#define BLOCKSPIN_TEXT_OF(name) #name
#define BLOCKSPIN_TEXT(name) BLOCKSPIN_TEXT_OF(name)
const Kernels table{BLOCKSPIN_TEXT(BLOCKSPIN_KERNELS),
                    product,
                    outer_float,
                    outer_double,
                    transpose,
                    activate,
                    add_row,
                    round_panels,
                    rounded_product,
                    nullptr,
                    squared_difference,
                    largest_magnitude};

} // namespace blockspin::rbm::BLOCKSPIN_KERNELS
