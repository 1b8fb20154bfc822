#pragma once
// The hot loops of this room, compiled once per instruction set and chosen at run
// time. Pointers may be unaligned.

#include <cstddef>
#include <cstdint>
#include <span>

namespace blockspin::mpi {
class Communicator;
}

namespace blockspin::rbm {

/// Columns of a panel (product.hpp).
constexpr std::size_t kernel_width = 32;
/// Units the activation works on at a time: whole groups, so that no element sees another
/// code path than its fellows.
constexpr std::size_t kernel_group = 16;

/// One row of an activation: values from fields. Null pointers are not wanted.
struct Activation {
  float slope = 1.0F;      ///< probability of "on" = 1 / (1 + exp(-slope * field))
  float off = -1.0F;       ///< value of a unit that is off
  float grid_shift = 0.0F; ///< 1.5 * 2^23 * spacing: rounds means to that grid; 0 leaves them
  /// 32 random bits a unit, readable up to a whole group; uniform number = (top 23 bits + 1/2) 2^-23.
  const std::uint32_t* random = nullptr;
  float* mean = nullptr;
  float* sample = nullptr;
};

struct Kernels {
  const char* name;
  /// c [m, n] row major = start (padded to whole panels) + a [m, k] b; b as panels [ceil(n/32)][k][32].
  void (*product)(const float* a, std::size_t m, std::size_t k, const float* b, std::size_t n,
                  const float* start, float* c);
  /// c, as panels [ceil(n/32)][m][32], += a^T b over k rows: a [k, m] row major, b
  /// as panels [ceil(n/32)][k][32].
  void (*outer_float)(const float* a, std::size_t k, std::size_t m, const float* b, std::size_t n, float* c);
  void (*outer_double)(const double* a, std::size_t k, std::size_t m, const double* b, std::size_t n,
                       double* c);
  /// to, as panels of [m, n], = transpose of from, panels of [n, m].
  void (*transpose)(const float* from, std::size_t n, std::size_t m, float* to);
  /// Values of n units from their fields; may work in place.
  void (*activate)(const float* fields, std::size_t n, const Activation& activation);
  /// sums[u] += sign * row[u] for n units.
  void (*add_row)(const float* row, std::size_t n, double sign, double* sums);
  /// Rounds panels [n_panels][k][32] to sums of n_terms bfloat16 numbers: to [n_panels][pair][term][32].
  void (*round_panels)(const float* panels, std::size_t n_panels, std::size_t k, std::size_t n_terms,
                       std::uint32_t* to);
  /// The product with rounded panels, readable pairs_read_beyond their end. Returns zero if all values
  /// of a are bfloat16 numbers.
  std::uint32_t (*rounded_product)(const float* a, std::size_t m, std::size_t k, const std::uint32_t* b,
                                   std::size_t n_terms, std::size_t n, const float* start, float* c);
  /// c, as panels [ceil(n/32)][m][32], += a^T b over k rows, b rounded: words of round_panels,
  /// and readable 16 pairs of rows beyond. Returns zero if all values of a are bfloat16 numbers.
  /// Null without matrix units.
  std::uint32_t (*rounded_outer)(const float* a, std::size_t k, std::size_t m, const std::uint32_t* b,
                                 std::size_t n_terms, std::size_t n, float* c);
  /// Sum of (a - b)^2 over n values, in 16 lanes by value number, added up in turn.
  float (*squared_difference)(const float* a, const float* b, std::size_t n);
  /// Largest magnitude as bits: those of infinities and NaN are larger than any number's.
  std::uint32_t (*largest_magnitude)(const float* values, std::size_t n);
};

/// Pairs of rows beyond the end of rounded panels that a kernel may read, and multiply by zero.
constexpr std::size_t pairs_read_beyond = 16;

/// The kernels in use: the best of this processor, or those agreed on (product.hpp).
const Kernels& kernels();

/// Has products use these, one of runnable_kernels().
void use_kernels(const Kernels& of_this_processor);
/// agree_on_kernels() for a rank whose processor runs so many sets. Collective.
void agree_on_kernels(const mpi::Communicator& comm, std::size_t n_runnable);

/// Every set of kernels this processor can run, the best one first.
std::span<const Kernels* const> runnable_kernels();

namespace amx {
/// Whether processor and operating system let this process work on tiles; asks the latter for leave. The
/// processor must run avx512_bf16 besides.
bool permitted();
/// Those of avx512_bf16 with rounded products and outer products on tiles.
const Kernels& table();
} // namespace amx
namespace avx512_bf16 {
extern const Kernels table;
}
namespace avx512 {
extern const Kernels table;
}
namespace avx2 {
extern const Kernels table;
}
namespace plain {
extern const Kernels table;
}

} // namespace blockspin::rbm
