#include "blockspin/stages/machine.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/deck/codec.hpp"

namespace blockspin::stages {

namespace {

/// An agreed ErrorKind::archive unless `ok`, which is the same on every rank.
void require_stored(const archive::Archive& archive, bool ok, const std::string& what,
                    const std::string& place) {
  if (!ok) throw_agreed(ErrorKind::archive, what, archive.path() + ": " + place);
}

rbm::Machine read_layer(const archive::Archive& archive, const std::string& layer, rbm::Units units,
                        std::uint64_t n_visible, std::uint64_t n_hidden) {
  require_stored(archive, archive.has(layer + "/weights"), "there is no such machine", layer);
  const std::vector<std::uint64_t> extent{n_visible, n_hidden};
  require_stored(archive, archive.extent(layer + "/weights") == extent,
                 "the weights' shape is not what the group says of itself", layer);
  rbm::Machine machine(units, n_visible, n_hidden);
  archive.read(layer + "/weights", Slab::whole(extent), machine.weights.flat());
  machine.visible_bias = archive.read_all<float>(layer + "/visible_bias");
  machine.hidden_bias = archive.read_all<float>(layer + "/hidden_bias");
  require_stored(archive, machine.visible_bias.size() == n_visible && machine.hidden_bias.size() == n_hidden,
                 "weights and biases do not go together", layer);
  require_stored(archive, machine.all_finite(), "a weight or bias is not finite", layer);
  return machine;
}

} // namespace

std::uint64_t MachineInfo::n_learned(std::uint64_t n) const {
  return n - static_cast<std::uint64_t>(std::floor(held_out * static_cast<double>(n)));
}

std::string layer_path(std::size_t layer) { return "layer_" + std::to_string(layer); }

double MachineInfo::n_weights() const {
  double below = static_cast<double>(n_visible), sum = 0;
  for (const std::uint64_t n : hidden) {
    sum += below * static_cast<double>(n);
    below = static_cast<double>(n);
  }
  return sum;
}

double MachineInfo::n_hidden() const {
  double sum = 0;
  for (const std::uint64_t n : hidden) sum += static_cast<double>(n);
  return sum;
}

std::optional<MachineInfo> find_machine(const campaign::Plan& plan, const std::string& name) {
  const auto* const provider = plan.provider<MachineProvider>(a_machine, name);
  return provider == nullptr ? std::nullopt : std::optional(provider->machine_info(plan));
}

MachineInfo machine_of(const campaign::Plan& plan, const std::string& name) {
  auto found = find_machine(plan, name);
  require(found.has_value(), "a stage reads a machine that is nowhere");
  return *std::move(found);
}

std::vector<rbm::Machine> read_machines(const campaign::Context& context, const std::string& name,
                                        std::optional<std::uint64_t> epoch) {
  const archive::Archive& archive = context.archive();
  const MachineInfo info = machine_of(context.plan(), name);
  std::vector<rbm::Machine> machines;
  std::uint64_t below = info.n_visible;
  if (below == 0) below = archive.extent(info.group + "/layer_1/weights").front(); // its ensemble is gone
  for (const std::uint64_t n_hidden : info.hidden) {
    std::string layer = info.group + "/" + layer_path(machines.size() + 1);
    if (epoch) layer += "/snapshot_" + std::to_string(*epoch);
    machines.push_back(read_layer(archive, layer, info.units, below, n_hidden));
    below = n_hidden;
  }
  return machines;
}

std::vector<rbm::Machine> read_trajectory(const campaign::Context& context, const std::string& name,
                                          std::size_t number, const rbm::Machine& end,
                                          std::optional<std::uint64_t> epoch) {
  const archive::Archive& archive = context.archive();
  const std::string path = machine_of(context.plan(), name).group + "/" + layer_path(number) + "/trajectory";
  std::vector<rbm::Machine> machines{rbm::Machine(end.units, end.n_visible(), end.n_hidden())};
  if (!archive.has(path + "/epoch")) return machines; // no machine was far from independent units
  const auto epochs = archive.read_all<std::uint64_t>(path + "/epoch");
  const std::uint64_t n = epochs.size();
  const auto require_shape = [&](const std::string& dataset, const std::vector<std::uint64_t>& extent) {
    require_stored(archive, archive.has(dataset) && archive.extent(dataset) == extent,
                   "the shape is not that of the machine, or of its trajectory", dataset);
  };
  require_shape(path + "/weights", {n, end.n_visible(), end.n_hidden()});
  require_shape(path + "/visible_bias", {n, end.n_visible()});
  require_shape(path + "/hidden_bias", {n, end.n_hidden()});
  for (std::uint64_t i = 0; i < n && (!epoch || epochs[i] < *epoch); ++i) {
    rbm::Machine machine = machines.front();
    archive.read(path + "/weights",
                 Slab{{n, end.n_visible(), end.n_hidden()}, {i, 0, 0}, {1, end.n_visible(), end.n_hidden()}},
                 machine.weights.flat());
    archive.read(path + "/visible_bias", Slab::rows({n, end.n_visible()}, i, 1),
                 std::span<float>(machine.visible_bias));
    archive.read(path + "/hidden_bias", Slab::rows({n, end.n_hidden()}, i, 1),
                 std::span<float>(machine.hidden_bias));
    require_stored(archive, machine.all_finite(), "a weight or bias is not finite", path);
    machines.push_back(std::move(machine));
  }
  return machines;
}

void check_trajectory(const campaign::Plan& plan, const std::string& name, const campaign::Complain& complain,
                      const std::string& key, const std::string& others) {
  const auto info = find_machine(plan, name);
  if (info && !info->has_trajectory)
    complain(key, info->group + " keeps no machines along its training",
             others + "; or a machine with the key trajectory");
}

void check_snapshot(const campaign::Plan& plan, const std::string& name, std::optional<std::uint64_t> epoch,
                    const campaign::Complain& complain, const std::string& key) {
  const auto info = find_machine(plan, name);
  if (!epoch || !info) return;
  std::vector<std::uint64_t> kept = info->snapshots;
  std::erase_if(kept, [&](std::uint64_t after) { return after > info->n_epochs; });
  if (std::ranges::find(kept, *epoch) == kept.end())
    complain(key,
             info->group + " keeps no snapshot of epoch " + std::to_string(*epoch) + " in " +
                 std::to_string(info->n_epochs) + " epochs",
             kept.empty() ? "auto: it has no snapshots"
                          : "auto, or one of " + deck::Codec<std::vector<std::uint64_t>>::text(kept));
}

} // namespace blockspin::stages
