#include "blockspin/archive/layout.hpp"

namespace blockspin::archive {

std::vector<Row> spectrum_rows() {
  using enum ElementType;
  const std::string stage = "spectrum";
  const Axis index{"index", ""};
  return {
      {stage,
       "singular_value",
       f64,
       {index},
       "1",
       "singular values of W, decreasing; the eigenvalues of W W^T are their squares"},
  };
}

} // namespace blockspin::archive
