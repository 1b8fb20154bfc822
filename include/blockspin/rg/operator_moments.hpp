#pragma once
// Exact sums of operators and of their products over configurations and blocking levels.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/stats/moments.hpp"

namespace blockspin::rg {

/// Whether operators change sign with all spins. Without a field the odd ones then have mean 0, exactly.
enum class Parity { even, odd };

/// Sums over configurations of S_a^(n) and of S_a^(n) S_b^(m), m = n, n - 1, 0, for operators of one parity.
/// Integers of 128 bits: the order of adding and merging does not matter, and a part can be taken out again.
/// Values up to 2^45 in modulus and 2^36 configurations. Local.
class OperatorMoments {
public:
  OperatorMoments() = default;
  /// Levels 0 ... n_levels.
  OperatorMoments(Parity parity, unsigned n_levels, std::size_t n_operators);

  Parity parity() const { return parity_; }
  unsigned n_levels() const { return n_levels_; }
  std::size_t n_operators() const { return n_operators_; }
  std::uint64_t n_configurations() const { return n_; }

  /// One configuration: [level, operator]; it counts `times` times.
  void add(View<const std::int64_t, 2> values, std::uint64_t times = 1);
  void merge(const OperatorMoments& other);
  /// Takes out what was merged.
  void remove(const OperatorMoments& other);

  /// <S_a^(n)> as it was measured, also of odd operators.
  double mean(unsigned level, std::size_t a) const;
  /// <S_a^(n) S_b^(m)> - <S_a^(n)> <S_b^(m)>, m = n, n - 1 or 0; the means of odd operators are 0. Relative
  /// error some 2^-63 <S S> over the result.
  double correlation(unsigned n, std::size_t a, unsigned m, std::size_t b) const;

  /// As integers and back, for messages and files; sums of such words over ranks, each modulo 2^64 and
  /// carried by from_words(), are the words of the sum.
  std::size_t n_words() const { return 1 + 4 * sums_.size(); }
  void to_words(std::span<std::uint64_t> words) const;
  void from_words(std::span<const std::uint64_t> words);
  bool operator==(const OperatorMoments&) const = default;

private:
  std::size_t place_of_mean(unsigned level, std::size_t a) const { return level * n_operators_ + a; }
  std::size_t place(unsigned n, unsigned m) const;
  long double per_configuration(std::size_t place) const;

  Parity parity_ = Parity::even;
  unsigned n_levels_ = 0;
  std::size_t n_operators_ = 0;
  std::uint64_t n_ = 0;
  std::vector<stats::Int128> sums_; ///< means, then a square for each pair of levels
};

} // namespace blockspin::rg
