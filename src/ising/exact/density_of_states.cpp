#include "blockspin/ising/exact/density_of_states.hpp"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>

#include "blockspin/base/error.hpp"
#include "prime_field.hpp"

namespace blockspin::ising::exact {
namespace {

using boost::multiprecision::cpp_int;

/// The four products of Kaufman's formula (see torus.cpp) as polynomials in u = exp(-2K), modulo a prime.
class Kaufman {
public:
  Kaufman(const PrimeField& field, std::uint64_t n, std::uint64_t m)
      : field_(field), n_(n), m_(m), root_(field.root_of_unity(2 * n)) {}

  /// Number of configurations with b broken bonds, [b], modulo the prime.
  Polynomial counts() const {
    Polynomial sum{0};
    for (const std::uint64_t parity : {0, 1})
      for (const bool plus : {true, false}) sum = field_.add(sum, product(parity, plus));
    return field_.scale(field_.inverse(2), sum);
  }

private:
  std::uint64_t minus(std::uint64_t x) const { return field_.negative(x); }
  /// +1 or -1 times a polynomial.
  Polynomial signed_by(bool plus, Polynomial a) const {
    return field_.scale(plus ? 1 : minus(1), std::move(a));
  }

  /// prod over the l of one parity of B^{m/2} (1 +- q^m); l and 2n - l are equal and taken together.
  Polynomial product(std::uint64_t parity, bool plus) const {
    Polynomial result{1};
    if (parity == 0) result = single(plus, false);                              // l = 0
    if (parity == n_ % 2) result = field_.multiply(result, single(plus, true)); // l = n
    for (std::uint64_t l = parity == 0 ? 2 : 1; l < n_; l += 2)
      result = field_.multiply(result, pair(l, plus));
    return result;
  }

  /// (1 - u)^m +- (u + u^2)^m for l = 0; with u -> -u, and the sign that makes q = u
  /// (1 - u)/(1 + u), for l = n.
  Polynomial single(bool plus, bool last) const {
    const std::uint64_t one_minus = last ? 1 : minus(1);
    const Polynomial a = field_.power(Polynomial{1, one_minus}, m_);
    const Polynomial b = field_.power(Polynomial{0, 1, last ? minus(1) : 1}, m_);
    return field_.add(a, signed_by(plus, b));
  }

  /// B^m + B'^m +- 2 (u D)^m, the first two by their recurrence V_{k+1} = F V_k - (u D)^2 V_{k-1}.
  Polynomial pair(std::uint64_t l, bool plus) const {
    const std::uint64_t z = field_.power(root_, l), two_cos = field_.add(z, field_.inverse(z));
    const Polynomial f{1, minus(two_cos), 2, two_cos, 1};
    const Polynomial ud{0, 1, 0, minus(1)};
    const Polynomial minus_ud_squared = signed_by(false, field_.multiply(ud, ud));
    Polynomial before{2}, v = f;
    for (std::uint64_t k = 1; k < m_; ++k) {
      Polynomial next = field_.add(field_.multiply(f, v), field_.multiply(minus_ud_squared, before));
      before = std::exchange(v, std::move(next));
    }
    return field_.add(v, signed_by(plus, field_.scale(2, field_.power(ud, m_))));
  }

  const PrimeField& field_;
  std::uint64_t n_, m_, root_;
};

/// The counts themselves from their residues modulo enough primes (Garner's form of the
/// Chinese remainder theorem).
std::vector<cpp_int> exact_counts(std::uint64_t n, std::uint64_t m) {
  std::vector<cpp_int> counts(2 * n * m + 1, 0);
  cpp_int modulus = 1;
  std::uint64_t prime = std::uint64_t{1} << 60;
  while (modulus <= cpp_int(1) << (n * m)) {
    prime = prime_below(prime, 2 * n);
    const PrimeField field(prime);
    const Polynomial residues = Kaufman(field, n, m).counts();
    const std::uint64_t inverse = field.inverse(static_cast<std::uint64_t>(modulus % prime));
    for (std::size_t b = 0; b < counts.size(); ++b) {
      const std::uint64_t residue = b < residues.size() ? residues[b] : 0;
      const auto have = static_cast<std::uint64_t>(counts[b] % prime);
      counts[b] += modulus * field.multiply(field.add(residue, field.negative(have)), inverse);
    }
    modulus *= prime;
  }
  return counts;
}

double ln(const cpp_int& x) {
  const auto bits = static_cast<int>(boost::multiprecision::msb(x));
  const int shift = std::max(bits - 63, 0);
  return static_cast<double>(std::log(static_cast<long double>(static_cast<std::uint64_t>(x >> shift))) +
                             shift * std::log(2.0L));
}

} // namespace

DensityOfStates torus_density(std::uint64_t n, std::uint64_t m) {
  require(n >= 3 && m >= 3 && n * m <= 1024,
          "the density of states needs extents >= 3 and at most 1024 sites");
  const std::vector<cpp_int> counts = exact_counts(n, m);
  DensityOfStates density{n * m, {}, {}};
  cpp_int total = 0;
  for (std::size_t b = 0; b < counts.size(); ++b) {
    if (counts[b] == 0) continue;
    total += counts[b];
    density.energy.push_back(2 * static_cast<double>(b) - 2 * static_cast<double>(n * m));
    density.ln_count.push_back(ln(counts[b]));
  }
  require(total == cpp_int(1) << (n * m), "the density of states does not sum to 2^N");
  return density;
}

DensityOfStates ring_density(std::uint64_t n) {
  DensityOfStates density{n, {}, {}};
  const double sites = static_cast<double>(n);
  for (std::uint64_t b = 0; b <= n; b += 2) {
    const double broken = static_cast<double>(b);
    density.energy.push_back(2 * broken - sites);
    density.ln_count.push_back(std::log(2.0) + std::lgamma(sites + 1) - std::lgamma(broken + 1) -
                               std::lgamma(sites - broken + 1));
  }
  return density;
}

bool has_density(std::span<const std::uint64_t> extents) {
  return extents.size() == 1 || (extents.size() == 2 && extents[0] * extents[1] <= 1024);
}

DensityOfStates density_of_states(std::span<const std::uint64_t> extents) {
  if (!has_density(extents))
    throw Error(ErrorKind::numerical,
                "the exact density of states is known for rings and for tori of up to 1024 sites");
  return extents.size() == 1 ? ring_density(extents[0]) : torus_density(extents[0], extents[1]);
}

double DensityOfStates::ln_z(double temperature) const {
  require(temperature > 0, "ln Z needs a temperature above 0");
  const auto exponent = [&](std::size_t i) {
    return ln_count[i] - (std::isinf(temperature) ? 0 : energy[i] / temperature);
  };
  double largest = exponent(0);
  for (std::size_t i = 1; i < energy.size(); ++i) largest = std::max(largest, exponent(i));
  long double sum = 0;
  for (std::size_t i = 0; i < energy.size(); ++i) sum += std::exp(exponent(i) - largest);
  return largest + static_cast<double>(std::log(sum));
}

std::vector<double> DensityOfStates::probability(double temperature) const {
  std::vector<double> p(energy.size(), 0.0);
  if (temperature == 0) {
    p.front() = 1;
    return p;
  }
  const double norm = ln_z(temperature);
  for (std::size_t i = 0; i < p.size(); ++i)
    p[i] = std::exp(ln_count[i] - (std::isinf(temperature) ? 0 : energy[i] / temperature) - norm);
  return p;
}

} // namespace blockspin::ising::exact
