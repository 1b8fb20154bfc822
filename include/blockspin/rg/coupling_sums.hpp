#pragma once
// Couplings of block spins from sums over single spins, as configurations come: maximum pseudo-likelihood by
// Newton's method about a point that moves while it learns.
//
// In H = -sum_a K_a S_a a spin has probability 1 / (1 + exp(-2u)), u = sum_a K_a x_a, to be what it is given
// all others (ising/local_sums.hpp). The likeliest couplings (Besag, The Statistician 24, 179, 1975; the
// equations are those of R. H. Swendsen, Phys. Rev. Lett. 52, 1165, 1984) solve sum over spins of x_a (1 -
// tanh u) = 0. Linear about a point P, this is J K = g + J P with g_a = sum x_a (1 - tanh u), J_ab = sum x_a x_b
// / cosh^2 u, both at P. Right and left side are sums over spins, and so may be collected while P changes; what
// is neglected is of second order in K - P, and the points come closer as configurations come.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/ising/local_sums.hpp"
#include "blockspin/rg/level_operators.hpp"
#include "blockspin/stats/moments.hpp"

namespace blockspin::rg {

struct NewtonWords;

/// Points are multiples of 1 / coupling_unit.
inline constexpr std::int32_t coupling_unit = 512;
/// Couplings of this modulus and more are not measured: 1 / cosh^2 u is too small for its unit there, and points do
/// not go so far.
inline constexpr double largest_coupling = 1;
/// [level][operator], in units.
using CouplingPoint = std::vector<std::vector<std::int32_t>>;

/// J and g + J P of every level, exact integers (tanh and cosh are tables of integers). Local.
class CouplingSums {
public:
  CouplingSums() = default;
  CouplingSums(unsigned n_levels, std::size_t n_operators);

  /// Adds what 64 spins of a level say: found[i] is of operator operators[i], as point[i] is.
  void add(unsigned level, std::span<const std::size_t> operators, std::span<const std::int32_t> point,
           const NewtonWords& found);
  /// Adds `other` so many times; -1 takes it out again.
  void merge(const CouplingSums& other, std::int64_t times = 1);

  /// The couplings of a level, those of `operators`, others 0 and not used; empty where the data do not fix
  /// them. weight > 0 adds that many to each J_aa, and as many times `about` to the right side: for a few data.
  std::vector<double> couplings(unsigned level, std::span<const std::size_t> operators, double weight = 0,
                                std::span<const double> about = {}) const;

  std::size_t n_operators() const { return n_operators_; }
  /// J_ab.
  double information(unsigned level, std::size_t a, std::size_t b) const;
  /// Sum over spins of x_a (1 - tanh u) under couplings [operator] close to the points: 0 at the likeliest ones
  /// for the operators they are of.
  double slope(unsigned level, std::size_t a, std::span<const double> couplings) const;

  std::size_t n_words() const { return 4 * sums_.size(); }
  void to_words(std::span<std::uint64_t> words) const;
  void from_words(std::span<const std::uint64_t> words);
  bool operator==(const CouplingSums&) const = default;

private:
  double right_side(unsigned level, std::size_t a) const;
  std::size_t per_level() const { return n_operators_ * (n_operators_ + 1); }

  std::size_t n_operators_ = 0;
  std::vector<stats::Int128> sums_; ///< by level: J, then the right side
};

/// Whether all are below largest_coupling in modulus.
bool are_measurable(std::span<const double> couplings);

/// Adds configurations to sums: of each level some words of spins, in turn. Local but for what is said.
class LevelCouplings {
public:
  /// coupling: the nearest neighbours' of level 0, where every level's point begins.
  LevelCouplings(const BlockingSetup& setup, double coupling);

  /// Block spins of configuration `number`, which says whose turn it is.
  void add(const ising::BlockLevels& blocks, std::uint64_t number, CouplingSums& sums);

  /// Moves the points to what the sums say, drawn to where they began where the sums say little. A result is
  /// used only where all couplings are below largest_coupling in modulus.
  void learn(const CouplingSums& sums);
  const CouplingPoint& point() const { return point_; }
  void set_point(CouplingPoint point) { point_ = std::move(point); }
  /// The operators a level tells apart, of the even ones.
  const std::vector<std::size_t>& operators(unsigned level) const { return operators_[level]; }

private:
  void add_word(unsigned level, std::uint64_t present, CouplingSums& sums);

  BlockingSetup setup_;
  double start_;
  std::vector<std::vector<std::size_t>> operators_; ///< [level]
  std::vector<ising::LocalSums> local_;             ///< [level], of these
  CouplingPoint point_;
  std::vector<std::int16_t> x_; ///< [operator][64]
};

} // namespace blockspin::rg
