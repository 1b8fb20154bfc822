#include "blockspin/archive/layout.hpp"

namespace blockspin::archive {

std::vector<Row> spectrum_rows() {
  using enum ElementType;
  const std::string stage = "spectrum";
  const Axis index{"index", ""};
  const Axis site{"site", ""};
  const Axis hidden{"hidden", ""};
  return {
      {stage,
       "singular_value",
       f64,
       {index},
       "1",
       "singular values of W, decreasing; the eigenvalues of W W^T are their squares"},
      {stage,
       "left_vector",
       f64,
       {site, index},
       "1",
       "left singular vectors on the lattice, one column a singular value; the entry of largest magnitude is "
       "positive"},
      {stage,
       "right_vector",
       f64,
       {hidden, index},
       "1",
       "right singular vectors over the hidden units, one column each"},
      {stage,
       "fourier_power",
       f64,
       {index, site},
       "1",
       "part of each left singular vector in the plane waves of the lattice; wave vectors are numbered as "
       "sites are, in "
       "turns along each axis; rows sum to 1"},
      {stage,
       "participation",
       f64,
       {index},
       "1",
       "1/sum of the fourth powers of each left singular vector: the sites it is spread over"},
      {stage,
       "product_by_displacement",
       f64,
       {site},
       "1",
       "mean over sites x of (W W^T)(x, x + r); displacements r are numbered as sites are"},
      {stage,
       "largest_share",
       f64,
       {hidden},
       "1",
       "largest squared weight of each hidden unit over the sum of all of them; NaN for a unit without "
       "weights"},
      {stage, "copy_units", u64, {}, "1", "hidden units with largest_share above 1/2: copies of one site"},
  };
}

} // namespace blockspin::archive
