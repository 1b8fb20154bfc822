// The body of lane_kernels, compiled for each instruction set.

#include "bit_counter.hpp"
#include "lane_kernels.hpp"
#include "neighbourhood.hpp"

namespace blockspin::ising::BLOCKSPIN_KERNELS {

namespace {

/// Updates the sites [begin, end) of the order; Counting: and counts the antiparallel bonds that they leave.
template <class Scheme, int Z, bool Counting>
void update(const LaneSweep& s, std::uint64_t begin, std::uint64_t end, NumberCounter* bonds) {
  const rng::ArsStream random(s.key);
  for (std::uint64_t i = begin; i < end; ++i) {
    const std::uint64_t site = s.order[i];
    const Words8 spin = load(s.spins + 8 * site);
    Words8 differs[Z];
    for (int n = 0; n < Z; ++n)
      differs[n] = spin ^ load(s.spins + 8 * std::uint64_t{s.neighbours[Z * i + n]});
    const auto neighbourhood = Scheme::classify(spin, differs, *s.planes);
    auto [flips, open] = decide(neighbourhood, *s.planes, random, s.coarse_sequence, site);
    if (__builtin_expect(any(open), 0))
      flips |= settle(open, neighbourhood, *s.planes, random, s.fine_sequence, [site](int word, int bit) {
        return 512 * site + static_cast<std::uint64_t>(64 * word + bit);
      });
    store(s.spins + 8 * site, spin ^ flips);
    if constexpr (Counting) {
      const Count left = after_flips<Z>(count_antiparallel<Z>(differs), flips);
      bonds->add(left.ones, left.twos, left.fours);
    }
  }
}

template <class Scheme, int Z>
void sweep(const LaneSweep& s) {
  if (s.antiparallel.first == nullptr) return update<Scheme, Z, false>(s, 0, s.n_sites, nullptr);
  update<Scheme, Z, false>(s, 0, s.second_colour, nullptr);
  NumberCounter bonds(s.antiparallel.n_planes);
  update<Scheme, Z, true>(s, s.second_colour, s.n_sites, &bonds);
  bonds.flush();
  bonds.write(s.antiparallel.first, s.antiparallel.stride);
}

void sweep_any(const LaneSweep& s) {
  with_scheme(s.scheme, s.n_neighbours, [&s]<class Scheme, int Z> { sweep<Scheme, Z>(s); });
}

void count(const std::uint64_t* spins, std::uint64_t n_sites, int n_forward, const std::uint32_t* forward,
           std::uint32_t* antiparallel, std::uint32_t* up) {
  BitCounter bonds, ups;
  for (std::uint64_t site = 0; site < n_sites; ++site) {
    const Words8 spin = load(spins + 8 * site);
    ups.add(spin);
    for (int n = 0; n < n_forward; ++n) bonds.add(spin ^ load(spins + 8 * std::uint64_t{*forward++}));
  }
  bonds.flush();
  ups.flush();
  bonds.write(antiparallel);
  ups.write(up);
}

void count_bonds(const std::uint64_t* spins, std::uint64_t n_sites, int n_forward,
                 const std::uint32_t* forward, const BondPlanes& antiparallel) {
  NumberCounter bonds(antiparallel.n_planes);
  for (std::uint64_t site = 0; site < n_sites; ++site) {
    const Words8 spin = load(spins + 8 * site);
    Words8 d[3] = {};
    for (int n = 0; n < n_forward; ++n) d[n] = spin ^ load(spins + 8 * std::uint64_t{*forward++});
    bonds.add(xor3(d[0], d[1], d[2]), majority(d[0], d[1], d[2]), Words8{});
  }
  bonds.flush();
  bonds.write(antiparallel.first, antiparallel.stride);
}

constexpr Words8 previous_word = {7, 0, 1, 2, 3, 4, 5, 6};

void swap_within(std::uint64_t* spins, std::uint64_t n_sites, Words8 swap) {
  constexpr Words8 next_word = {1, 2, 3, 4, 5, 6, 7, 7};
#pragma GCC unroll 4
  for (std::uint64_t site = 0; site < n_sites; ++site) {
    const Words8 words = load(spins + 8 * site);
    const Words8 difference = (words ^ __builtin_shuffle(words, next_word)) & swap;
    store(spins + 8 * site, xor3(words, difference, __builtin_shuffle(difference, previous_word)));
  }
}

void swap_beyond(std::uint64_t* spins, std::uint64_t* next, std::uint64_t n_sites, Words8 swap) {
  constexpr Words8 next_word = {1, 2, 3, 4, 5, 6, 7, 8};
  constexpr Words8 first = {~std::uint64_t{0}};
#pragma GCC unroll 4
  for (std::uint64_t site = 0; site < n_sites; ++site) {
    const Words8 words = load(spins + 8 * site), beyond = load(next + 8 * site);
    const Words8 difference = (words ^ __builtin_shuffle(words, beyond, next_word)) & swap;
    const Words8 above = __builtin_shuffle(difference, previous_word);
    store(spins + 8 * site, xor3(words, difference, above & ~first));
    store(next + 8 * site, xor_and(beyond, above, first));
  }
}

void swap_neighbouring_words(std::uint64_t* spins, std::uint64_t* next, std::uint64_t n_sites,
                             const std::uint64_t* mask) {
  const Words8 swap = load(mask);
  if (mask[7] == 0)
    swap_within(spins, n_sites, swap);
  else
    swap_beyond(spins, next, n_sites, swap);
}

} // namespace

const LaneKernels lane_kernels = {sweep_any, count, count_bonds, swap_neighbouring_words};

} // namespace blockspin::ising::BLOCKSPIN_KERNELS
