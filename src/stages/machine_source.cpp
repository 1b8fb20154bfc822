#include "blockspin/stages/machine_source.hpp"

#include "blockspin/mpi/agree.hpp"

namespace blockspin::stages {

namespace {

std::string layer_path(std::size_t layer) { return "layer_" + std::to_string(layer); }

rbm::Units units_of(const archive::Archive& archive, const std::string& group) {
  const auto stored = archive.group(group);
  require(stored.has_value(), "a machine is read that the archive does not hold");
  const auto units = stored->values.find("units");
  return units != stored->values.end() && h5::to_text(units->second) == "binary" ? rbm::Units::binary
                                                                                 : rbm::Units::spin;
}

} // namespace

std::size_t n_layers(const archive::Archive& archive, const std::string& name) {
  std::size_t n = 0;
  while (archive.has("/rbm/" + name + "/" + layer_path(n + 1) + "/weights")) ++n;
  return n;
}

rbm::Machine read_machine(const archive::Archive& archive, const std::string& name, std::size_t layer,
                          std::optional<std::uint64_t> epoch) {
  const std::string group = "/rbm/" + name;
  std::string path = group + "/" + layer_path(layer);
  if (epoch) path += "/snapshot_" + std::to_string(*epoch);
  mpi::agree(archive.comm(), archive.has(path + "/weights"), ErrorKind::deck,
             epoch ? "keeps no snapshot after epoch " + std::to_string(*epoch)
                   : "has no layer " + std::to_string(layer),
             group);
  const auto extent = archive.extent(path + "/weights");
  rbm::Machine machine(units_of(archive, group), extent[0], extent[1]);
  archive.read(path + "/weights", Slab::whole(extent), machine.weights.flat());
  archive.read(path + "/visible_bias", Slab::whole({extent[0]}), std::span<float>(machine.visible_bias));
  archive.read(path + "/hidden_bias", Slab::whole({extent[1]}), std::span<float>(machine.hidden_bias));
  mpi::agree(archive.comm(), machine.all_finite(), ErrorKind::archive, "a weight or bias is not finite",
             archive.path() + ": " + path);
  return machine;
}

std::vector<rbm::Machine> read_stack(const archive::Archive& archive, const std::string& name) {
  std::vector<rbm::Machine> layers;
  for (std::size_t k = 1; k <= n_layers(archive, name); ++k) layers.push_back(read_machine(archive, name, k));
  return layers;
}

} // namespace blockspin::stages
