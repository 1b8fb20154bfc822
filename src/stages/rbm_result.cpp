#include "blockspin/stages/rbm_result.hpp"

#include <cmath>
#include <numeric>
#include <string>

#include "blockspin/stages/machine.hpp"
#include "history.hpp"

namespace blockspin::stages {

namespace {

/// Passes values on from one rank to all others. Collective in every member.
class Broadcast {
public:
  Broadcast(const mpi::Communicator& comm, int owner) : comm_(comm), owner_(owner) {}

  template <class T>
  void value(T& value) const {
    comm_.broadcast(std::span<T>(&value, 1), owner_);
  }
  template <class T>
  void values(std::vector<T>& values) const {
    resize(values);
    comm_.broadcast(std::span<T>(values), owner_);
  }
  /// Resizes to the owner's size.
  template <class T>
  void resize(std::vector<T>& values) const {
    std::uint64_t n = values.size();
    value(n);
    values.resize(n);
  }
  void machine(rbm::Machine& machine) const {
    std::array<std::uint64_t, 3> shape{static_cast<std::uint64_t>(machine.units), machine.n_visible(),
                                       machine.n_hidden()};
    comm_.broadcast(std::span<std::uint64_t>(shape), owner_);
    if (comm_.rank() != owner_) machine = rbm::Machine(static_cast<rbm::Units>(shape[0]), shape[1], shape[2]);
    comm_.broadcast(machine.weights.flat(), owner_);
    comm_.broadcast(std::span<float>(machine.visible_bias), owner_);
    comm_.broadcast(std::span<float>(machine.hidden_bias), owner_);
  }
  void layer(TrainedLayer& layer) const {
    machine(layer.machine);
    values(layer.snapshot_epochs);
    resize(layer.snapshots);
    for (rbm::Machine& snapshot : layer.snapshots) machine(snapshot);
    resize(layer.trajectory);
    for (train::Checkpoint& checkpoint : layer.trajectory) {
      machine(checkpoint.machine);
      value(checkpoint.update);
      value(checkpoint.epoch);
    }
    values(layer.history);
    value(layer.judge_interval);
    values(layer.judgements);
    value(layer.has_held_out);
    value(layer.has_lattice);
    value(layer.precision);
  }

private:
  const mpi::Communicator& comm_;
  int owner_;
};

void write_machine(archive::StageWriter& writer, const std::string& path, const rbm::Machine& machine) {
  writer.write_replicated(path + "/weights", {machine.n_visible(), machine.n_hidden()},
                          machine.weights.flat());
  writer.write_replicated(path + "/visible_bias", {machine.n_visible()}, std::span(machine.visible_bias));
  writer.write_replicated(path + "/hidden_bias", {machine.n_hidden()}, std::span(machine.hidden_bias));
}

/// The machines of the way, one behind the other.
void write_trajectory(archive::StageWriter& writer, const std::string& path,
                      const std::vector<train::Checkpoint>& trajectory) {
  if (trajectory.empty()) return;
  const std::uint64_t n = trajectory.size(), n_visible = trajectory.front().machine.n_visible(),
                      n_hidden = trajectory.front().machine.n_hidden();
  std::vector<float> weights, visible_bias, hidden_bias;
  std::vector<std::uint64_t> update, epoch;
  const auto append = [](std::vector<float>& all, std::span<const float> values) {
    all.insert(all.end(), values.begin(), values.end());
  };
  for (const train::Checkpoint& checkpoint : trajectory) {
    append(weights, checkpoint.machine.weights.flat());
    append(visible_bias, checkpoint.machine.visible_bias);
    append(hidden_bias, checkpoint.machine.hidden_bias);
    update.push_back(checkpoint.update);
    epoch.push_back(checkpoint.epoch);
  }
  writer.write_list(path + "/update", update);
  writer.write_list(path + "/epoch", epoch);
  writer.write_replicated(path + "/weights", {n, n_visible, n_hidden}, std::span<const float>(weights));
  writer.write_replicated(path + "/visible_bias", {n, n_visible}, std::span<const float>(visible_bias));
  writer.write_replicated(path + "/hidden_bias", {n, n_hidden}, std::span<const float>(hidden_bias));
}

void write_judgements(archive::StageWriter& writer, const std::string& path, const TrainedLayer& layer) {
  using train::Judgement;
  const auto& all = layer.judgements;
  if (all.empty()) return;
  write_epochs(writer, path + "/epoch", all.size(), layer.judge_interval);
  const auto write = [&](const char* name, auto value) {
    write_column(writer, path + "/" + name, all, value);
  };
  write("free_energy", &Judgement::free_energy);
  write("pseudo_likelihood", &Judgement::pseudo_likelihood);
  write("abs_magnetization_data", &Judgement::abs_magnetization_data);
  write("abs_magnetization_model", &Judgement::abs_magnetization_model);
  if (layer.has_held_out) {
    write("free_energy_held_out", &Judgement::free_energy_held_out);
    write("free_energy_gap", &Judgement::free_energy_gap);
  }
  if (!layer.has_lattice) return;
  write("energy_data", &Judgement::energy_data);
  write("energy_model", &Judgement::energy_model);
}

void write_layer(archive::StageWriter& writer, std::size_t number, const TrainedLayer& layer) {
  const std::string path = layer_path(number), in = number == 1 ? "" : path + "/";
  write_machine(writer, path, layer.machine);
  write_history(writer, in + "history", layer.history);
  write_judgements(writer, in + "judgement", layer);
  for (std::size_t i = 0; i < layer.snapshots.size(); ++i)
    write_machine(writer, path + "/snapshot_" + std::to_string(layer.snapshot_epochs[i]), layer.snapshots[i]);
  write_trajectory(writer, path + "/trajectory", layer.trajectory);
}

} // namespace

TrainedLayer trained_layer(const train::Trainer& trainer, const train::Settings& settings,
                           bool has_held_out) {
  TrainedLayer layer{trainer.machine(),    settings.snapshots, trainer.snapshots(),
                     trainer.trajectory(), trainer.history(),  settings.judge.interval,
                     trainer.judgements(), has_held_out,       !settings.judge.lattice.empty(),
                     trainer.precision()};
  layer.snapshot_epochs.resize(layer.snapshots.size());
  return layer;
}

void broadcast(RbmResult& result, const mpi::Communicator& comm, int owner) {
  const Broadcast from_owner(comm, owner);
  from_owner.resize(result.layers);
  for (TrainedLayer& layer : result.layers) from_owner.layer(layer);
  bool diverged = result.divergence.has_value();
  from_owner.value(diverged);
  if (!diverged) return;
  if (!result.divergence) result.divergence.emplace();
  from_owner.value(*result.divergence);
}

void write(archive::StageWriter& writer, const RbmResult& result) {
  for (std::size_t k = 1; k <= result.layers.size(); ++k) write_layer(writer, k, result.layers[k - 1]);
  if (!result.divergence) return;
  writer.write_scalar("diverged/layer", static_cast<std::uint64_t>(result.layers.size()));
  writer.write_scalar("diverged/epoch", result.divergence->epoch);
  writer.write_scalar("diverged/batch", result.divergence->batch);
}

} // namespace blockspin::stages
