#include "prime_field.hpp"

#include <algorithm>
#include <bit>

namespace blockspin::ising::exact {
namespace {

/// Miller-Rabin with the first twelve primes, which decides every number below
/// 2^64 (Sorenson & Webster 2015).
bool is_prime(std::uint64_t n) {
  constexpr std::uint64_t bases[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
  for (const std::uint64_t base : bases)
    if (n % base == 0) return n == base;
  const PrimeField field(n);
  const int twos = std::countr_zero(n - 1);
  for (const std::uint64_t base : bases) {
    std::uint64_t x = field.power(base, (n - 1) >> twos);
    if (x == 1 || x == n - 1) continue;
    bool witness = true;
    for (int i = 1; i < twos && witness; ++i) {
      x = field.multiply(x, x);
      witness = x != n - 1;
    }
    if (witness) return false;
  }
  return true;
}

std::vector<std::uint64_t> prime_factors(std::uint64_t n) {
  std::vector<std::uint64_t> factors;
  for (std::uint64_t f = 2; f * f <= n; ++f) {
    if (n % f != 0) continue;
    factors.push_back(f);
    while (n % f == 0) n /= f;
  }
  if (n > 1) factors.push_back(n);
  return factors;
}

} // namespace

std::uint64_t PrimeField::power(std::uint64_t base, std::uint64_t exponent) const {
  std::uint64_t result = 1;
  for (; exponent != 0; exponent >>= 1) {
    if (exponent & 1) result = multiply(result, base);
    base = multiply(base, base);
  }
  return result;
}

std::uint64_t PrimeField::root_of_unity(std::uint64_t order) const {
  const std::vector<std::uint64_t> factors = prime_factors(order);
  for (std::uint64_t candidate = 2;; ++candidate) {
    const std::uint64_t root = power(candidate, (p_ - 1) / order);
    if (std::all_of(factors.begin(), factors.end(),
                    [&](std::uint64_t f) { return power(root, order / f) != 1; }))
      return root;
  }
}

Polynomial PrimeField::add(const Polynomial& a, const Polynomial& b) const {
  Polynomial sum = a.size() >= b.size() ? a : b;
  const Polynomial& shorter = a.size() >= b.size() ? b : a;
  for (std::size_t i = 0; i < shorter.size(); ++i) sum[i] = add(sum[i], shorter[i]);
  return sum;
}

Polynomial PrimeField::scale(std::uint64_t c, Polynomial a) const {
  for (std::uint64_t& x : a) x = multiply(c, x);
  return a;
}

Polynomial PrimeField::multiply(const Polynomial& a, const Polynomial& b) const {
  Polynomial product(a.size() + b.size() - 1);
  for (std::size_t k = 0; k < product.size(); ++k) {
    UInt128 sum = 0;
    const std::size_t first = k >= b.size() ? k - b.size() + 1 : 0, last = std::min(k + 1, a.size());
    for (std::size_t i = first; i < last; ++i) {
      sum += static_cast<UInt128>(a[i]) * b[k - i];
      if ((i & 127) == 127) sum %= p_; // 128 products of numbers below 2^60 fit
    }
    product[k] = static_cast<std::uint64_t>(sum % p_);
  }
  return product;
}

Polynomial PrimeField::power(const Polynomial& base, std::uint64_t exponent) const {
  Polynomial result{1};
  for (std::uint64_t i = 0; i < exponent; ++i) result = multiply(result, base);
  return result;
}

std::uint64_t prime_below(std::uint64_t limit, std::uint64_t modulus) {
  std::uint64_t candidate = (limit - 2) / modulus * modulus + 1;
  while (!is_prime(candidate)) candidate -= modulus;
  return candidate;
}

} // namespace blockspin::ising::exact
