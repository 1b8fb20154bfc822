#include "plain_ising.hpp"

#include <cmath>
#include <numeric>

namespace blockspin::app {

PlainIsing::PlainIsing(std::size_t side, double temperature, std::uint64_t seed)
    : side_(side), bond_probability_(-std::expm1(-2 / temperature)), random_(seed), spin_(side * side),
      parent_(side * side) {
  for (int k = 0; k < 5; ++k) acceptance_[k] = std::exp(-2.0 * (2 * k - 4) / temperature);
  for (auto& s : spin_) s = random_() >> 63 ? 1 : -1;
}

void PlainIsing::metropolis_sweep() {
  for (std::size_t colour = 0; colour < 2; ++colour)
    for (std::size_t y = 0; y < side_; ++y) {
      const std::int8_t* up = &spin_[(y + side_ - 1) % side_ * side_];
      const std::int8_t* down = &spin_[(y + 1) % side_ * side_];
      std::int8_t* row = &spin_[y * side_];
      for (std::size_t x = (y + colour) % 2; x < side_; x += 2) {
        const int sum = up[x] + down[x] + row[x == 0 ? side_ - 1 : x - 1] + row[x + 1 == side_ ? 0 : x + 1];
        const int k = (row[x] * sum + 4) / 2;
        if (k <= 2 || uniform() < acceptance_[k]) row[x] = static_cast<std::int8_t>(-row[x]);
      }
    }
}

std::size_t PlainIsing::root(std::size_t site) {
  while (parent_[site] != site) site = parent_[site] = parent_[parent_[site]];
  return site;
}

void PlainIsing::bind(std::size_t a, std::size_t b) {
  if (spin_[a] != spin_[b] || uniform() >= bond_probability_) return;
  a = root(a);
  b = root(b);
  if (a < b)
    parent_[b] = static_cast<std::uint32_t>(a);
  else
    parent_[a] = static_cast<std::uint32_t>(b);
}

void PlainIsing::swendsen_wang_sweep() {
  std::iota(parent_.begin(), parent_.end(), 0U);
  for (std::size_t site = 0; site < spin_.size(); ++site) {
    bind(site, right(site));
    bind(site, below(site));
  }
  // A root comes before all of its cluster: its new spin stands when they ask for it.
  for (std::size_t site = 0; site < spin_.size(); ++site) {
    const std::size_t top = root(site);
    spin_[site] = top == site ? static_cast<std::int8_t>(random_() >> 63 ? 1 : -1) : spin_[top];
  }
}

} // namespace blockspin::app
