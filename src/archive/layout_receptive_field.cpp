#include "blockspin/archive/layout.hpp"

namespace blockspin::archive {

std::vector<Row> receptive_field_rows() {
  using enum ElementType;
  const std::string stage = "receptive_field";
  const Axis site{"site", ""};
  const Axis hidden{"hidden_{k}", ""};
  return {
      {stage,
       "layer_{k}/field",
       f64,
       {site, hidden},
       "1",
       "layer {k}: receptive fields r = W_1 W_2 ... W_{k}, one column a hidden unit"},
  };
}

} // namespace blockspin::archive
