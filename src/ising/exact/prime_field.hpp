#pragma once
// Integers modulo a prime below 2^60, and polynomials over them: exact arithmetic in machine words.

#include <cstdint>
#include <vector>

namespace blockspin::ising::exact {

__extension__ using UInt128 = unsigned __int128;
using Polynomial = std::vector<std::uint64_t>; ///< coefficients, constant first

class PrimeField {
public:
  explicit PrimeField(std::uint64_t prime) : p_(prime) {}

  std::uint64_t prime() const { return p_; }
  std::uint64_t add(std::uint64_t a, std::uint64_t b) const { return a + b < p_ ? a + b : a + b - p_; }
  std::uint64_t negative(std::uint64_t a) const { return a == 0 ? 0 : p_ - a; }
  std::uint64_t multiply(std::uint64_t a, std::uint64_t b) const {
    return static_cast<std::uint64_t>(static_cast<UInt128>(a) * b % p_);
  }
  std::uint64_t power(std::uint64_t base, std::uint64_t exponent) const;
  std::uint64_t inverse(std::uint64_t a) const { return power(a, p_ - 2); }
  /// An element of multiplicative order exactly `order`, which divides p - 1.
  std::uint64_t root_of_unity(std::uint64_t order) const;

  Polynomial add(const Polynomial& a, const Polynomial& b) const;
  Polynomial scale(std::uint64_t c, Polynomial a) const;
  Polynomial multiply(const Polynomial& a, const Polynomial& b) const;
  Polynomial power(const Polynomial& base, std::uint64_t exponent) const;

private:
  std::uint64_t p_;
};

/// The largest prime below `limit` <= 2^60 that is 1 modulo `modulus`.
std::uint64_t prime_below(std::uint64_t limit, std::uint64_t modulus);

} // namespace blockspin::ising::exact
