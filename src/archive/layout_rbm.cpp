#include "blockspin/archive/layout.hpp"

namespace blockspin::archive {

std::vector<Row> rbm_rows() {
  using enum ElementType;
  const std::string stage = "rbm";
  const Axis visible{"visible_{k}", ""};
  const Axis hidden{"hidden_{k}", ""};
  const Axis epoch{"epoch", "history/epoch"};
  return {
      {stage,
       "layer_{k}/weights",
       f32,
       {visible, hidden},
       "1",
       "layer {k}: weights W of E(v,h) = -sum v W h - sum b v - sum c h"},
      {stage, "layer_{k}/visible_bias", f32, {visible}, "1", "layer {k}: visible biases b"},
      {stage, "layer_{k}/hidden_bias", f32, {hidden}, "1", "layer {k}: hidden biases c"},
  };
}

} // namespace blockspin::archive
