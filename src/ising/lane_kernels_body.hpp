// The body of the lane kernels, included once by each lane_kernels_<instruction set>.cpp with LANE_KERNELS
// naming it.

#include "bit_counter.hpp"
#include "lane_kernels.hpp"
#include "neighbourhood.hpp"

namespace blockspin::ising {

namespace {

template <class Scheme, int Z>
void sweep(const LaneSweep& s) {
  const rng::ArsStream random(s.key);
  for (std::uint64_t i = 0; i < s.n_sites; ++i) {
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
  }
}

template <int Z>
void sweep_any(const LaneSweep& s) {
  if (s.scheme == ClassScheme::few_antiparallel)
    sweep<FewAntiparallel<Z>, Z>(s);
  else
    sweep<SpinAndCount<Z>, Z>(s);
}

void sweep_dispatch(const LaneSweep& s) {
  if (s.n_neighbours == 2)
    sweep_any<2>(s);
  else if (s.n_neighbours == 4)
    sweep_any<4>(s);
  else
    sweep_any<6>(s);
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

void swap_neighbouring_words(std::uint64_t* spins, std::uint64_t n_sites, const std::uint64_t* mask) {
  Words8 swap = load(mask);
  swap[7] = 0;
  constexpr Words8 next = {1, 2, 3, 4, 5, 6, 7, 7}, previous = {7, 0, 1, 2, 3, 4, 5, 6};
  for (std::uint64_t site = 0; site < n_sites; ++site) {
    const Words8 words = load(spins + 8 * site);
    const Words8 difference = (words ^ __builtin_shuffle(words, next)) & swap;
    store(spins + 8 * site, xor3(words, difference, __builtin_shuffle(difference, previous)));
  }
}

} // namespace

const LaneKernels LANE_KERNELS = {sweep_dispatch, count, swap_neighbouring_words};

} // namespace blockspin::ising
