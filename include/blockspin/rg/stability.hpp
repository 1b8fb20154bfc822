#pragma once
// How couplings of one blocking level answer to those of the level before: Swendsen's stability matrix.
//
// A small change of the couplings K_b^(m) changes <S_a^(n)> by <S_a^(n) S_b^(m)> - <S_a^(n)> <S_b^(m)>, and
// the couplings of level n itself do the same to it. So T = dK^(n)/dK^(m) solves
//   sum_c <S_a^(n) S_c^(n)>_c T_cb = <S_a^(n) S_b^(m)>_c
// (R. H. Swendsen, Phys. Rev. Lett. 42, 859, 1979). Exact for all operators; with some, those left out act
// through the others.
//
// A coupling means the same on every level if it multiplies each place of its operator. Sums have each product
// once, and on a lattice that is as short as an operator several places are one product
// (ising::places_per_product()). So K of a place is K of a product over their number.

#include <complex>
#include <optional>
#include <span>
#include <vector>

#include "blockspin/rg/operator_moments.hpp"

namespace blockspin::rg {

/// dK_a^(n)/dK_b^(m) for a, b in `operators`, m = n - 1 or 0 (or n: the identity). places: [level, operator],
/// places per product. Nothing where the data do not determine it: too few configurations, or operators that
/// the level's lattice does not tell apart. Local.
std::optional<Array<double, 2>> coupling_response(const OperatorMoments& moments, unsigned n, unsigned m,
                                                  std::span<const std::size_t> operators,
                                                  View<const double, 2> places);

/// The eigenvalue of largest modulus of dK^(n)/dK^(n-1); NaN where that is not determined. It should be real
/// and positive; where it is not, too few operators or configurations were used. Local.
std::complex<double> leading_eigenvalue(const OperatorMoments& moments, unsigned n,
                                        std::span<const std::size_t> operators, View<const double, 2> places);

/// y = ln(eigenvalue) / ln(b); NaN unless the eigenvalue is real and positive.
double exponent_of(std::complex<double> eigenvalue, unsigned factor);

/// The normal of the critical manifold in the space of the couplings of level 0, seen through level n >= 1:
/// out[b] = (p_b / p_0) <S_0^(n) S_b^(0)>_c / <S_0^(n) S_0^(0)>_c, operators in the moments' order, so out[0] = 1;
/// p: `places` of level 0, [level, operator], so that couplings are those of places. A
/// change of couplings along the manifold leaves large scales as they are, so any <f^(n)> answers to its
/// component along the normal alone, up to irrelevant directions that shrink with n (Wu & Car, Phys. Rev. E
/// 100, 022138, 2019). Local.
std::vector<double> manifold_normal(const OperatorMoments& moments, unsigned n, View<const double, 2> places);

/// Where the linear map through K^(n-1) -> K^(n) with T = dK^(n)/dK^(n-1) stays: K* = (1 - T)^-1 (K^(n) - T
/// K^(n-1)), of the couplings that `operators` names; the others are NaN, and all where it is not determined.
/// All are couplings of a place. Local.
std::vector<double> linear_fixed_point(const OperatorMoments& moments, unsigned n,
                                       std::span<const std::size_t> operators, std::span<const double> before,
                                       std::span<const double> after, View<const double, 2> places);

} // namespace blockspin::rg
