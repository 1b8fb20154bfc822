#include "blockspin/archive/layout.hpp"

namespace blockspin::archive {

namespace {

/// Weights and biases of a machine below `path`.
void add_machine(std::vector<Row>& rows, const std::string& path, const std::string& which) {
  const Axis visible{"visible_{k}", ""}, hidden{"hidden_{k}", ""};
  rows.push_back({"rbm",
                  path + "/weights",
                  ElementType::f32,
                  {visible, hidden},
                  "1",
                  which + ": weights W of E(v,h) = -sum v W h - sum b v - sum c h"});
  rows.push_back(
      {"rbm", path + "/visible_bias", ElementType::f32, {visible}, "1", which + ": visible biases b"});
  rows.push_back(
      {"rbm", path + "/hidden_bias", ElementType::f32, {hidden}, "1", which + ": hidden biases c"});
}

/// Training history of a layer below `path`.
void add_history(std::vector<Row>& rows, const std::string& path, const std::string& axis_name,
                 const std::string& which) {
  const Axis epoch{axis_name, path + "/epoch"};
  const auto add = [&](const char* name, const std::string& description) {
    rows.push_back({"rbm", path + "/" + name, ElementType::f64, {epoch}, "1", which + ": " + description});
  };
  rows.push_back({"rbm", path + "/epoch", ElementType::u64, {epoch}, "1", which + ": epochs done, from 1"});
  add("reconstruction_error",
      "mean squared difference a visible unit between data and its reconstruction after one Gibbs step");
  add("gradient_norm", "root of the sum of squares of the weight gradient of the epoch's last batch");
  add("weight_norm", "root of the sum of squares of the weights after the epoch");
  add("learning_rate", "learning rate of the epoch");
}

} // namespace

std::vector<Row> rbm_rows() {
  std::vector<Row> rows;
  add_machine(rows, "layer_{k}", "layer {k}");
  add_machine(rows, "layer_{k}/snapshot_{epoch}", "layer {k} after epoch {epoch}");
  add_history(rows, "history", "epoch", "layer 1");
  add_history(rows, "layer_{k}/history", "epoch_{k}", "layer {k}");
  return rows;
}

} // namespace blockspin::archive
