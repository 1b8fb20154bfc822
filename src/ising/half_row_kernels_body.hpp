// The body of half_row_kernels, compiled for each instruction set.

#include "bit_counter.hpp"
#include "half_row_kernels.hpp"
#include "neighbourhood.hpp"

namespace blockspin::ising::BLOCKSPIN_KERNELS {

namespace {

/// The half row's words moved by one site: bit i of the result is bit i - 1 (or i + 1) of the half row.
inline __attribute__((always_inline)) Words8 previous_sites(const std::uint64_t* words) {
#if defined(__AVX512VBMI2__)
  return (Words8)_mm512_shldi_epi64((__m512i)load(words), (__m512i)load(words - 1), 1);
#else
  return load(words) << 1 | load(words - 1) >> 63;
#endif
}
inline __attribute__((always_inline)) Words8 next_sites(const std::uint64_t* words) {
#if defined(__AVX512VBMI2__)
  return (Words8)_mm512_shrdi_epi64((__m512i)load(words), (__m512i)load(words + 1), 1);
#else
  return load(words) >> 1 | load(words + 1) << 63;
#endif
}

/// Updates the masked sites of one half row. Odd: whether they are the odd sites.
template <class Scheme, int Z, bool Odd>
inline __attribute__((always_inline)) void update_row(const HalfRowSweep& s, const rng::ArsStream& random,
                                                      std::uint32_t row, std::uint32_t part) {
  const RowPlace& place = s.places[row];
  std::uint64_t* const mine = s.spins + (2 * std::uint64_t{row} + (Odd ? 1 : 0)) * s.stride;
  const std::uint64_t* const other = s.spins + (2 * std::uint64_t{row} + (Odd ? 0 : 1)) * s.stride;
  const std::uint64_t* beside[Z];
  for (int n = 0; n < Z - 2; ++n)
    beside[n] = s.spins + (2 * std::uint64_t{place.neighbour[n]} + (Odd ? 1 : 0)) * s.stride;
  const std::uint64_t first_index =
      (place.global_row * n_row_parts + part) * s.n_vectors_global + s.first_vector;
  for (std::uint64_t v = s.begin[part]; v < s.end[part]; ++v) {
    const Words8 spin = load(mine + 8 * v), mask = load(s.masks[part] + 8 * v);
    Words8 differs[Z];
    differs[0] = spin ^ load(other + 8 * v);
    differs[1] = spin ^ (Odd ? next_sites(other + 8 * v) : previous_sites(other + 8 * v));
    for (int n = 2; n < Z; ++n) differs[n] = spin ^ load(beside[n - 2] + 8 * v);
    auto neighbourhood = Scheme::classify(spin, differs, *s.planes);
    for (auto& members : neighbourhood.in_class) members &= mask;
    neighbourhood.always &= mask;
    auto [flips, open] = decide(neighbourhood, *s.planes, random, s.coarse_sequence, first_index + v);
    if (__builtin_expect(any(open), 0)) {
      const std::uint64_t first_site =
          place.global_row * s.row_length + 1024 * (s.first_vector + v) + (Odd ? 1 : 0);
      flips |=
          settle(open, neighbourhood, *s.planes, random, s.fine_sequence, [first_site](int word, int bit) {
            return first_site + 2 * static_cast<std::uint64_t>(64 * word + bit);
          });
    }
    store(mine + 8 * v, spin ^ flips);
  }
}

template <class Scheme, int Z>
void sweep(const HalfRowSweep& s) {
  const rng::ArsStream random(s.key);
  // A few rows ahead: a vector load just after a store into one of its words would have to wait for it.
  constexpr std::uint64_t ahead = 4;
  const auto wrap = [&](const RowTask& task) {
    wrap_row(s.spins, s.stride, s.wrap[task.part], task.row, task.part == odd_sites ? 0 : 1);
  };
  for (std::uint64_t i = 0; i < ahead && i < s.n_tasks; ++i) wrap(s.tasks[i]);
  for (std::uint64_t i = 0; i < s.n_tasks; ++i) {
    if (i + ahead < s.n_tasks) wrap(s.tasks[i + ahead]);
    if (s.tasks[i].part == odd_sites)
      update_row<Scheme, Z, true>(s, random, s.tasks[i].row, odd_sites);
    else
      update_row<Scheme, Z, false>(s, random, s.tasks[i].row, s.tasks[i].part);
  }
}

void sweep_any(const HalfRowSweep& s) {
  with_scheme(s.scheme, s.n_neighbours, [&s]<class Scheme, int Z> { sweep<Scheme, Z>(s); });
}

void count(const HalfRowCount& c, std::uint64_t* antiparallel, std::uint64_t* up) {
  BitCounter bonds, ups;
  for (std::uint64_t row = 0; row < c.n_rows; ++row) {
    const std::uint64_t* half[2] = {c.spins + 2 * row * c.stride, c.spins + (2 * row + 1) * c.stride};
    for (std::uint64_t v = 0; v < c.n_vectors; ++v) {
      const Words8 even = load(half[0] + 8 * v), odd = load(half[1] + 8 * v);
      const Words8 masks[2] = {load(c.masks[0] + 8 * v), load(c.masks[1] + 8 * v)};
      ups.add(even & masks[0]);
      ups.add(odd & masks[1]);
      bonds.add((even ^ odd) & masks[0]);
      bonds.add((odd ^ next_sites(half[0] + 8 * v)) & masks[1]);
      for (int n = 1; n < c.n_neighbours - 2; n += 2) {
        const std::uint64_t ahead = c.places[row].neighbour[n];
        bonds.add((even ^ load(c.spins + 2 * ahead * c.stride + 8 * v)) & masks[0]);
        bonds.add((odd ^ load(c.spins + (2 * ahead + 1) * c.stride + 8 * v)) & masks[1]);
      }
    }
  }
  bonds.flush();
  ups.flush();
  *antiparallel = bonds.total();
  *up = ups.total();
}

} // namespace

const HalfRowKernels half_row_kernels = {sweep_any, count};

} // namespace blockspin::ising::BLOCKSPIN_KERNELS
