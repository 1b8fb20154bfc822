#pragma once
// Block maps T(v,h) = sum_B t(h_B, v_B): one block spin for each b x b block, given that block's own spins.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace blockspin::rg {

/// t(h, v) for one block: value(up, state), state the b*b spins row by row (bit set: +1). -infinity forbids.
struct BlockKernel {
  unsigned side = 2;          ///< b
  std::vector<double> values; ///< [2][2^(b*b)]: h = -1, then h = +1

  unsigned n_sites() const { return side * side; }
  double value(bool up, std::uint64_t state) const { return values[(up ? values.size() / 2 : 0) + state]; }
  /// ln Tr_h exp t(h, v): zero for every state of a normalised kernel.
  double ln_trace(std::uint64_t state) const;
};

/// Kadanoff's kernel t = h sum_i lambda_i v_i, less ln 2cosh(sum_i lambda_i v_i) where normalised; one lambda
/// a site of the block. Uniform lambda -> infinity is majority rule with random ties.
BlockKernel kadanoff_kernel(unsigned side, std::span<const double> lambda, bool normalised);
/// h = the sign of the block's sum; either, with probability 1/2, where it is zero.
BlockKernel majority_kernel(unsigned side);
/// h = the block's first spin.
BlockKernel decimation_kernel(unsigned side);

/// Sites of a b x b block that its symmetries turn into one another form a class, numbered from 0 at the
/// corners: class of each site. b = 2: one class; b = 3: corners, edges, centre.
std::vector<unsigned> site_classes(unsigned side);
/// One lambda a class to one a site.
std::vector<double> lambda_of_sites(unsigned side, std::span<const double> lambda_of_classes);

} // namespace blockspin::rg
