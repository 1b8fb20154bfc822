#include "linearised.hpp"

#include <cmath>

#include "blockspin/base/error.hpp"

namespace blockspin::ising {
namespace {

/// <ab> - <a><b> from integer sums: the difference is taken before anything is rounded where it fits.
long double covariance(stats::Int128 ab, stats::Int128 a, stats::Int128 b, std::uint64_t n) {
  const long double count = static_cast<long double>(n);
  stats::Int128 scaled = 0, product = 0, difference = 0;
  if (!__builtin_mul_overflow(ab, static_cast<stats::Int128>(n), &scaled) &&
      !__builtin_mul_overflow(a, b, &product) && !__builtin_sub_overflow(scaled, product, &difference))
    return static_cast<long double>(difference) / (count * count);
  return static_cast<long double>(ab) / count -
         static_cast<long double>(a) / count * (static_cast<long double>(b) / count);
}

/// Whether the temperature is part of the definition.
bool is_response(Observable o) {
  using enum Observable;
  return o == specific_heat || o == susceptibility || o == susceptibility_high_t ||
         o == susceptibility_connected;
}

} // namespace

Means means_of(const stats::MomentSums& s, long double field) {
  const long double n = static_cast<long double>(s.n);
  const auto mean = [n](stats::Int128 sum) { return static_cast<long double>(sum) / n; };
  Means m;
  m.magnetization = mean(s.magnetization);
  m.energy = mean(s.energy) - field * m.magnetization;
  m.energy_variance =
      covariance(s.energy_squared, s.energy, s.energy, s.n) -
      2 * field * covariance(s.energy_magnetization, s.energy, s.magnetization, s.n) +
      field * field * covariance(s.magnetization_squared, s.magnetization, s.magnetization, s.n);
  m.abs = mean(s.abs_magnetization);
  m.squared = mean(s.magnetization_squared);
  m.fourth = s.magnetization_fourth.value() / n;
  return m;
}

bool Linearised::is_zero(Observable o) const {
  return is_response(o) && (about_.temperature == 0 || std::isinf(about_.temperature));
}

bool Linearised::is_undefined(Observable o) const {
  return (o == Observable::binder_cumulant && means_.squared == 0) ||
         (is_response(o) && std::isnan(about_.temperature));
}

double Linearised::linear(Observable o, const Means& x) const {
  const long double n = n_sites(), t = about_.temperature;
  switch (o) {
  case Observable::energy: return static_cast<double>(x.energy / n);
  case Observable::specific_heat: return static_cast<double>(x.energy_variance / (n * t * t));
  case Observable::magnetization: return static_cast<double>(x.magnetization / n);
  case Observable::abs_magnetization: return static_cast<double>(x.abs / n);
  case Observable::magnetization_squared: return static_cast<double>(x.squared / (n * n));
  case Observable::susceptibility: return static_cast<double>((x.squared - 2 * means_.abs * x.abs) / (n * t));
  case Observable::susceptibility_high_t: return static_cast<double>(x.squared / (n * t));
  case Observable::binder_cumulant:
    return static_cast<double>((2 * means_.fourth * x.squared / means_.squared - x.fourth) /
                               (3 * means_.squared * means_.squared));
  case Observable::susceptibility_connected:
    return static_cast<double>((x.squared - 2 * connected_mean() * x.magnetization) / (n * t));
  }
  throw Error(ErrorKind::internal, "an observable without a definition");
}

long double Linearised::exact_value(Observable o) const {
  const long double n = n_sites(), t = about_.temperature;
  switch (o) {
  case Observable::energy: return means_.energy / n;
  case Observable::specific_heat: return means_.energy_variance / (n * t * t);
  case Observable::magnetization: return means_.magnetization / n;
  case Observable::abs_magnetization: return means_.abs / n;
  case Observable::magnetization_squared: return means_.squared / (n * n);
  case Observable::susceptibility: return (means_.squared - means_.abs * means_.abs) / (n * t);
  case Observable::susceptibility_high_t: return means_.squared / (n * t);
  case Observable::binder_cumulant: return 1 - means_.fourth / (3 * means_.squared * means_.squared);
  case Observable::susceptibility_connected:
    return (means_.squared - connected_mean() * connected_mean()) / (n * t);
  }
  throw Error(ErrorKind::internal, "an observable without a definition");
}

Means Linearised::of_sample(const Sample& sample) const {
  const auto m = static_cast<long double>(sample.magnetization);
  const auto e = static_cast<long double>(sample.energy) - static_cast<long double>(about_.field) * m;
  const long double deviation = e - means_.energy, m2 = m * m;
  return {e, deviation * deviation, m, std::abs(m), m2, m2 * m2};
}

Means Linearised::of_bin(const stats::MomentSums& sums) const {
  Means x = means_of(sums, about_.field);
  x.energy_variance += (x.energy - means_.energy) * (x.energy - means_.energy);
  return x;
}

} // namespace blockspin::ising
