#pragma once
// How functions of configurations answer to couplings: exact sums of their products with operators.
//
// A small change of the coupling K_b changes <f> by <f S_b> - <f> <S_b>, whatever the function f.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/stats/moments.hpp"

namespace blockspin::rg {

/// Values of functions stand on a grid of this step, as integers.
inline constexpr double function_grid = 1.0 / (1 << 24);
/// The nearest integer. |value| < 2^36.
std::int64_t on_grid(double value);

/// Sums over configurations of f, of S_b and of f S_b. Integers of 128 bits: the order of adding and merging does
/// not matter, and a part can be taken out again. Functions up to 2^60 and operators up to 2^30 in modulus, 2^36
/// configurations. Local.
class ResponseSums {
public:
  ResponseSums() = default;
  ResponseSums(std::size_t n_functions, std::size_t n_operators);

  std::uint64_t n_configurations() const { return n_; }
  std::size_t n_functions() const { return n_functions_; }
  std::size_t n_operators() const { return n_operators_; }

  /// One configuration.
  void add(std::span<const std::int64_t> functions, std::span<const std::int64_t> operators);
  void merge(const ResponseSums& other);
  /// Takes out what was merged.
  void remove(const ResponseSums& other);

  /// <f>, in grid steps.
  double mean(std::size_t function) const;
  /// <f S_b> - <f> <S_b>, f in grid steps.
  double response(std::size_t function, std::size_t op) const;

  /// As integers and back; sums of such words over ranks, each modulo 2^64, are the words of the sum.
  std::size_t n_words() const { return 1 + 4 * sums_.size(); }
  void to_words(std::span<std::uint64_t> words) const;
  void from_words(std::span<const std::uint64_t> words);
  bool operator==(const ResponseSums&) const = default;

private:
  std::size_t n_functions_ = 0, n_operators_ = 0;
  std::uint64_t n_ = 0;
  std::vector<stats::Int128> sums_; ///< functions, operators, products by function
};

} // namespace blockspin::rg
