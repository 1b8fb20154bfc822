#include "blockspin/archive/layout.hpp"

namespace blockspin::archive {

std::vector<Row> mapping_rows() {
  using enum ElementType;
  const std::string stage = "mapping";
  return {
      {stage, "ln_trace/mean", f64, {}, "1", "mean over the data of ln Tr_h exp T(v,h)"},
      {stage,
       "ln_trace/std",
       f64,
       {},
       "1",
       "standard deviation over the data of ln Tr_h exp T(v,h); 0 for an exact map"},
  };
}

} // namespace blockspin::archive
