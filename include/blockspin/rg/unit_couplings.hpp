#pragma once
// The couplings between visible spins that one hidden unit makes, for any set of them and any number of weights.
//
// Summed over, a hidden unit leaves f(x) = ln 2cosh x, x = c + sum_i w_i s_i, in -H. Its coupling of a set S is the
// Walsh coefficient K_S = E[prod_{i in S} s_i f(x)] over independent fair spins. f'' = 1/cosh^2 has the transform
// pi k / sinh(pi k / 2), and the spins' average of exp(ikx) is a product, so
//     K_S = sigma int_0^inf dk  t(kc) prod_{S} sin(w_i k) prod_{not S} cos(w_i k) / (k sinh(pi k / 2)),
// t = cos for even |S| and sin for odd, sigma = + for |S| = 1, 2, - for 3, 4, and so on in pairs. The midpoint rule
// with step h gives (Poisson) the sum over p of (-1)^p K_S at c + 2 pi p / h. There f is linear but for
// exp(-2|x|), which has no coupling; so h = 2 pi / (|c| + sum |w_i| + 20) is exact to exp(-40), and the sum ends
// where its terms are below that.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/base/array.hpp"

namespace blockspin::rg {

/// One hidden unit. Local.
class UnitCouplings {
public:
  /// c, and w of every site. Throws ErrorKind::numerical where |c| + sum |w_i| is above 1e6.
  UnitCouplings(double field, std::span<const double> weights);

  /// K_S of one to any number of sites, each named once. Error some 1e-16 times the smallest |w_i| in S, or
  /// the product of weights where they are small.
  double coupling(std::span<const std::uint64_t> sites) const;
  std::size_t n_nodes() const { return even_.size(); }

private:
  std::vector<std::int64_t> row_;  ///< [site]: its row of tangent_, -1 for a site without a weight
  std::vector<double> even_, odd_; ///< [node]: everything but the tangents of S
  Array<double, 2> tangent_;       ///< [site with a weight, node]: tan(w_i k)
};

} // namespace blockspin::rg
