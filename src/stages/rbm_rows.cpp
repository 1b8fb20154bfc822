#include "blockspin/stages/rbm.hpp"
#include "history.hpp"

namespace blockspin::stages {

namespace {

/// Weights and biases of a machine below `path`.
void add_machine(std::vector<archive::Row>& rows, const std::string& path, const std::string& which) {
  const archive::Axis visible{"visible_{k}", ""}, hidden{"hidden_{k}", ""};
  rows.push_back({path + "/weights",
                  ElementType::f32,
                  {visible, hidden},
                  "1",
                  which + ": weights W of E(v,h) = -sum v W h - sum b v - sum c h"});
  rows.push_back({path + "/visible_bias", ElementType::f32, {visible}, "1", which + ": visible biases b"});
  rows.push_back({path + "/hidden_bias", ElementType::f32, {hidden}, "1", which + ": hidden biases c"});
}

/// Machines along the training of a layer, below `path`.
void add_trajectory(std::vector<archive::Row>& rows, const std::string& path) {
  const archive::Axis checkpoint{"checkpoint_{k}", path + "/update"}, visible{"visible_{k}", ""},
      hidden{"hidden_{k}", ""};
  const std::string which = "layer {k} on its way: ";
  rows.push_back({path + "/update", ElementType::u64, {checkpoint}, "1", which + "updates made before"});
  rows.push_back({path + "/epoch", ElementType::u64, {checkpoint}, "1", which + "epochs that were over"});
  rows.push_back(
      {path + "/weights", ElementType::f32, {checkpoint, visible, hidden}, "1", which + "weights W"});
  rows.push_back(
      {path + "/visible_bias", ElementType::f32, {checkpoint, visible}, "1", which + "visible biases b"});
  rows.push_back(
      {path + "/hidden_bias", ElementType::f32, {checkpoint, hidden}, "1", which + "hidden biases c"});
}

/// What was found of a layer's machine every judge_interval epochs.
void add_judgements(std::vector<archive::Row>& rows, const std::string& path, const std::string& axis_name,
                    const std::string& which) {
  const archive::Axis judged{axis_name, path + "/epoch"};
  const auto add = [&](const char* name, const char* unit, const std::string& description) {
    rows.push_back({path + "/" + name, ElementType::f64, {judged}, unit, which + ": " + description});
  };
  rows.push_back({path + "/epoch",
                  ElementType::u64,
                  {judged},
                  "1",
                  which + ": epochs done when the machine was judged"});
  add("free_energy", "1", "mean of F(v) = -ln sum_h exp(-E(v,h)) over judged configurations it learns, nats");
  add("free_energy_held_out", "1", "mean of F(v) over judged configurations that are held out, nats");
  add("free_energy_gap", "1", "free_energy_held_out - free_energy; it grows when the machine overfits");
  add("pseudo_likelihood", "1",
      "mean of sum_i ln p(v_i | all other units) over judged configurations it learns, from at most 16 units "
      "of each, nats");
  add("energy_data", "J", "mean energy per spin of the judged configurations it learns");
  add("energy_model", "J", "mean energy per spin of the machine's own configurations");
  add("abs_magnetization_data", "1", "mean |m| of the judged configurations it learns");
  add("abs_magnetization_model", "1", "mean |m| of the machine's own configurations");
}

/// Where the training of a group left partial diverged.
void add_divergence(std::vector<archive::Row>& rows) {
  for (const auto& [name, what] :
       {std::pair("layer", "layer"), {"epoch", "epoch, from 1"}, {"batch", "batch of the epoch, from 1"}})
    rows.push_back({std::string("diverged/") + name,
                    ElementType::u64,
                    {},
                    "1",
                    std::string("where the training diverged: ") + what +
                        "; its layer is as it was at the start of that epoch"});
}

} // namespace

std::vector<rng::StreamId> RbmStage::streams() {
  using enum rng::StreamId;
  return {rbm_initial, rbm_shuffle,    rbm_hidden, rbm_visible,
          rbm_swap,    rbm_persistent, rbm_judge,  rbm_control};
}

std::vector<archive::Row> RbmStage::rows() {
  std::vector<archive::Row> rows;
  add_machine(rows, "layer_{k}", "layer {k}");
  add_machine(rows, "layer_{k}/snapshot_{epoch}", "layer {k} after epoch {epoch}");
  add_trajectory(rows, "layer_{k}/trajectory");
  add_history(rows, "history", "epoch", "layer 1");
  add_judgements(rows, "judgement", "judged_epoch", "layer 1");
  add_history(rows, "layer_{k}/history", "epoch_{k}", "layer {k}");
  add_judgements(rows, "layer_{k}/judgement", "judged_epoch_{k}", "layer {k}");
  add_divergence(rows);
  return rows;
}

} // namespace blockspin::stages
