#pragma once
// A number with its first and second derivative with respect to one variable, in extended precision.

#include <cmath>

namespace blockspin::ising::exact {

/// Value, d/dK and d^2/dK^2 of a function of K; arithmetic by the chain rule.
struct Jet {
  long double value = 0, first = 0, second = 0;

  static Jet variable(long double x) { return {x, 1, 0}; }
  static Jet constant(long double x) { return {x, 0, 0}; }

  /// f(*this) from f, f' and f'' at the value.
  Jet compose(long double f, long double df, long double ddf) const {
    return {f, df * first, ddf * first * first + df * second};
  }
};

inline Jet operator+(const Jet& a, const Jet& b) {
  return {a.value + b.value, a.first + b.first, a.second + b.second};
}
inline Jet operator-(const Jet& a, const Jet& b) {
  return {a.value - b.value, a.first - b.first, a.second - b.second};
}
inline Jet operator*(const Jet& a, const Jet& b) {
  return {a.value * b.value, a.first * b.value + a.value * b.first,
          a.second * b.value + 2 * a.first * b.first + a.value * b.second};
}
inline Jet operator*(long double c, const Jet& a) { return {c * a.value, c * a.first, c * a.second}; }
inline Jet operator+(const Jet& a, long double c) { return {a.value + c, a.first, a.second}; }

inline Jet exp(const Jet& a) {
  const long double e = std::exp(a.value);
  return a.compose(e, e, e);
}
inline Jet log(const Jet& a) { return a.compose(std::log(a.value), 1 / a.value, -1 / (a.value * a.value)); }
/// ln(1 + a), precise for small a.
inline Jet log1p(const Jet& a) {
  const long double inverse = 1 / (1 + a.value);
  return a.compose(std::log1p(a.value), inverse, -inverse * inverse);
}
inline Jet sqrt(const Jet& a) {
  const long double root = std::sqrt(a.value);
  return a.compose(root, 0.5L / root, -0.25L / (root * a.value));
}

} // namespace blockspin::ising::exact
