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
  };
}

} // namespace blockspin::archive
