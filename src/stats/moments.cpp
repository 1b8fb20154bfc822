#include "blockspin/stats/moments.hpp"

#include <cmath>

namespace blockspin::stats {

void WideSum::add(UInt128 term) {
  low += term;
  high += low < term; // the carry
}

void WideSum::add(const WideSum& other) {
  add(other.low);
  high += other.high;
}

long double WideSum::value() const {
  return std::ldexp(static_cast<long double>(high), 128) + static_cast<long double>(low);
}

void MomentSums::add(std::int64_t sample_energy, std::int64_t sample_magnetization) {
  const Int128 e = sample_energy, m = sample_magnetization;
  const UInt128 m_squared = static_cast<UInt128>(m * m);
  ++n;
  energy += e;
  energy_squared += e * e;
  magnetization += m;
  abs_magnetization += m < 0 ? -m : m;
  magnetization_squared += m * m;
  energy_magnetization += e * m;
  // |M| = 2^32 is the one value whose fourth power needs a 129th bit.
  const UInt128 limit = static_cast<UInt128>(1) << 64;
  if (m_squared == limit)
    magnetization_fourth.high += 1;
  else
    magnetization_fourth.add(m_squared * m_squared);
}

void MomentSums::merge(const MomentSums& other) {
  n += other.n;
  energy += other.energy;
  energy_squared += other.energy_squared;
  magnetization += other.magnetization;
  abs_magnetization += other.abs_magnetization;
  magnetization_squared += other.magnetization_squared;
  energy_magnetization += other.energy_magnetization;
  magnetization_fourth.add(other.magnetization_fourth);
}

} // namespace blockspin::stats
