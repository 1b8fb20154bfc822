#pragma once
// The rival of the benchmarks: the Ising code that a user would write, one byte a spin, one spin at a time.

#include <cstdint>
#include <random>
#include <vector>

namespace blockspin::app {

/// A periodic square lattice of even side at one temperature.
class PlainIsing {
public:
  PlainIsing(std::size_t side, double temperature, std::uint64_t seed);

  /// Checkerboard Metropolis, acceptance from a table.
  void metropolis_sweep();
  /// Swendsen-Wang by union-find over sites.
  void swendsen_wang_sweep();

  std::size_t n_sites() const { return spin_.size(); }

private:
  std::size_t right(std::size_t site) const { return site % side_ + 1 < side_ ? site + 1 : site + 1 - side_; }
  std::size_t below(std::size_t site) const {
    return site + side_ < spin_.size() ? site + side_ : site + side_ - spin_.size();
  }
  double uniform() { return static_cast<double>(random_() >> 11) * 0x1p-53; }
  std::size_t root(std::size_t site);
  void bind(std::size_t a, std::size_t b);

  std::size_t side_;
  double bond_probability_;
  double acceptance_[5]; ///< by (spin * neighbours + 4) / 2
  std::mt19937_64 random_;
  std::vector<std::int8_t> spin_;
  std::vector<std::uint32_t> parent_;
};

} // namespace blockspin::app
