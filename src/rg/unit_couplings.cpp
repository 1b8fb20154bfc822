#include "blockspin/rg/unit_couplings.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "blockspin/base/error.hpp"

namespace blockspin::rg {
namespace {

constexpr double beyond = 20;   ///< exp(-2 beyond) = 4e-18 is neglected
constexpr double furthest = 26; ///< of k: 2 exp(-pi k / 2) / k there is 1e-19
constexpr std::size_t n_lanes = 8;

std::size_t n_nodes_for(double reach) {
  const double step = 2 * std::numbers::pi / (reach + beyond);
  return (static_cast<std::size_t>(std::ceil(furthest / step)) + n_lanes - 1) / n_lanes * n_lanes;
}

} // namespace

UnitCouplings::UnitCouplings(double field, std::span<const double> weights) : row_(weights.size(), -1) {
  double reach = std::abs(field);
  std::size_t n_rows = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    reach += std::abs(weights[i]);
    if (weights[i] != 0) row_[i] = static_cast<std::int64_t>(n_rows++);
  }
  if (!(reach <= 1e6)) throw Error(ErrorKind::numerical, "a hidden unit's weights are too large", "");
  const std::size_t n = n_nodes_for(reach);
  const double step = 2 * std::numbers::pi / (reach + beyond);
  std::vector<double> node(n), product(n);
  for (std::size_t q = 0; q < n; ++q) {
    node[q] = (static_cast<double>(q) + 0.5) * step;
    product[q] = step / (node[q] * std::sinh(std::numbers::pi / 2 * node[q]));
  }
  tangent_ = Array<double, 2>({std::max<std::size_t>(n_rows, 1), n});
  for (std::size_t i = 0; i < weights.size(); ++i)
    for (std::size_t q = 0; row_[i] >= 0 && q < n; ++q) {
      const double cosine = std::cos(weights[i] * node[q]);
      tangent_(static_cast<std::size_t>(row_[i]), q) = std::sin(weights[i] * node[q]) / cosine;
      product[q] *= cosine;
    }
  for (std::size_t q = 0; q < n; ++q) {
    even_.push_back(product[q] * std::cos(field * node[q]));
    odd_.push_back(product[q] * std::sin(field * node[q]));
  }
}

double UnitCouplings::coupling(std::span<const std::uint64_t> sites) const {
  require(!sites.empty(), "a coupling is of one site at least");
  const std::vector<double>& first = sites.size() % 2 == 0 ? even_ : odd_;
  std::array<double, n_lanes> sum{}; // lanes are added up in one order
  for (const std::uint64_t site : sites)
    if (row_[site] < 0) return 0;
  for (std::size_t q = 0; q < first.size(); q += n_lanes) {
    std::array<double, n_lanes> term;
    std::copy_n(&first[q], n_lanes, term.begin());
    for (const std::uint64_t site : sites) {
      const double* const tangent = &tangent_(static_cast<std::size_t>(row_[site]), q);
      for (std::size_t i = 0; i < n_lanes; ++i) term[i] *= tangent[i];
    }
    for (std::size_t i = 0; i < n_lanes; ++i) sum[i] += term[i];
  }
  double total = 0;
  for (const double lane : sum) total += lane;
  return (sites.size() - 1) / 2 % 2 == 0 ? total : -total;
}

} // namespace blockspin::rg
