#include "blockspin/stats/moments.hpp"

#include <cmath>
#include <cstdlib>

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

void MomentSums::add(std::span<const std::int64_t> energies, std::span<const std::int64_t> magnetizations) {
  std::uint64_t e_bits = 0, m_bits = 0;
  for (std::size_t i = 0; i < energies.size(); ++i) {
    e_bits |= static_cast<std::uint64_t>(std::abs(energies[i]));
    m_bits |= static_cast<std::uint64_t>(std::abs(magnetizations[i]));
  }
  // Then the sums below stay under 2^62.
  const bool small = energies.size() <= 64 && e_bits < (1U << 28) && m_bits < (1U << 14);
  if (!small) {
    for (std::size_t i = 0; i < energies.size(); ++i) add(energies[i], magnetizations[i]);
    return;
  }
  std::int64_t e1 = 0, e2 = 0, m1 = 0, abs_m = 0, m2 = 0, m4 = 0, em = 0;
  for (std::size_t i = 0; i < energies.size(); ++i) {
    const std::int64_t e = energies[i], m = magnetizations[i], square = m * m;
    e1 += e;
    e2 += e * e;
    m1 += m;
    abs_m += std::abs(m);
    m2 += square;
    m4 += square * square;
    em += e * m;
  }
  n += energies.size();
  energy += e1;
  energy_squared += e2;
  magnetization += m1;
  abs_magnetization += abs_m;
  magnetization_squared += m2;
  energy_magnetization += em;
  magnetization_fourth.add(static_cast<UInt128>(m4));
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
