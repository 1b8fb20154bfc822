#pragma once
// The normal of the critical manifold as functions of the configuration see it, with errors, and how far it is from
// the exact one.
//
// n_b = (<f S_b> - <f> <S_b>) / (<f S_0> - <f> <S_0>) is how far f answers to the coupling of operator b, in units of
// its answer to the nearest-neighbour coupling. A change of couplings along the critical manifold leaves large
// scales as they are. Couplings are those of places, as everywhere (rg/stability.hpp). So if f sees these alone, n_b is the manifold's normal, the same for every such f (Y. Wu and R.
// Car, Phys. Rev. E 100, 022138, 2019, with block spins). What f sees of small scales leaks into n_b.

#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/rg/response_bins.hpp"

namespace blockspin::rg {

/// The normal at the critical point of the square lattice without a field, of the even operators of
/// ising/operators.hpp, nearest = 1; NaN where it is not known here. A pair's component is the amplitude of t ln|t| in
/// its correlation (Toeplitz determinants, McCoy & Wu): sqrt(2) for diagonal neighbours, 4 sqrt(2)/pi for (2,0). The
/// plaquette's, .5139, is from Wu & Car 2019. Local.
std::vector<double> exact_normal();

/// What is asked of the operators of one parity.
struct NormalSetup {
  std::vector<bool> independent; ///< [operator]: false where its sum adds nothing to those before it
  std::vector<double> exact;     ///< [operator]; NaN where not known
  std::vector<double> places;    ///< [operator], places per product: a response to the coupling of a place
};

/// NaN where the data cannot tell: operators that are not independent; everything of a function whose answer to
/// operator 0 is within 5 standard errors of 0.
struct FunctionNormal {
  std::vector<double> mean, error; ///< [operator], the first is 1
  /// Share of what an unfiltered energy sees besides: d.e / e.e, d the function's and e the energy's deviation from
  /// the exact normal, over the operators that have one. 0: nothing leaks; 1: as for the energy, nothing is filtered.
  double leak = 0, leak_error = 0;
  /// Hotelling's T^2 of d, its mean about the number of its components where the normal is the exact one, and the
  /// chance of so large a one.
  double chi_squared = 0, p_value = 1;
};

/// Bins [group][time] as pointers to sums of one parity; those without configurations are left out.
std::vector<const ResponseSums*> filled_bins(const std::vector<std::vector<Responses>>& bins,
                                             ResponseSums Responses::*parity);

/// Of each combination [combination, function] of functions; function 0 is the sum of operator 0 itself, the energy
/// with its sign changed. Jackknife over the bins, at least two. Deterministic, local.
std::vector<FunctionNormal> estimate_normals(const std::vector<const ResponseSums*>& bins,
                                             View<const double, 2> combinations, const NormalSetup& setup);

/// The combination sum_i a_i f_i of functions [first, last) that leaks least, with answer 1 to operator 0: the smallest
/// (sum_b r_b^2) + (sum of the variances of the r_b), where r_b = response to S_b less exact_b times that to S_0. The
/// variances keep it from fitting noise. As a vector over all functions; all NaN where it is not
/// determined. Local.
std::vector<double> least_leak(const std::vector<const ResponseSums*>& bins, std::size_t first,
                               std::size_t last, const NormalSetup& setup);

/// The longest integrated autocorrelation time of the functions' means of bins, in bins; 1/2 where it is not beyond
/// chance; NaN where groups have a single bin. Local.
double longest_tau(const std::vector<std::vector<Responses>>& bins);

} // namespace blockspin::rg
