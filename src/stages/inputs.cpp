#include "blockspin/stages/inputs.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "blockspin/base/packed.hpp"
#include "blockspin/deck/codec.hpp"
#include "blockspin/deck/values.hpp"
#include "blockspin/h5/attribute.hpp"
#include "blockspin/mpi/agree.hpp"

namespace blockspin::stages {

namespace {

rbm::Units stored_units(const archive::Archive& archive, const std::string& group) {
  const auto found = archive.group(group);
  require(found && found->values.contains("units"), "a machine's group does not tell its units");
  return h5::to_text(found->values.at("units")) == "binary" ? rbm::Units::binary : rbm::Units::spin;
}

/// Sites of the lattice a group was made with; 0 where it does not tell.
std::uint64_t stored_sites(const archive::Archive& archive, const std::string& group) {
  const auto found = archive.group(group);
  if (!found || !found->values.contains("model.lattice")) return 0;
  const auto extents =
      deck::Codec<deck::Extents>::parse(h5::to_text(found->values.at("model.lattice"))).values;
  return std::accumulate(extents.begin(), extents.end(), std::uint64_t{1}, std::multiplies<>());
}

/// An agreed ErrorKind::archive unless `ok`, which is the same on every rank.
void require_of_archive(const archive::Archive& archive, bool ok, const std::string& what,
                        const std::string& where) {
  if (!ok) throw_agreed(ErrorKind::archive, what, archive.path() + ": " + where);
}

void check_shapes(const archive::Archive& archive, const StoredSample& sample,
                  const std::vector<std::uint64_t>& extent) {
  const auto require = [&](bool ok, const char* what) {
    require_of_archive(archive, ok, what, sample.group);
  };
  require(std::ranges::none_of(sample.temperature, [](double t) { return std::isnan(t); }),
          "a temperature is not a number");
  require(extent.size() == 3 && extent[0] == sample.temperature.size(),
          "configurations and temperatures do not go together");
  const std::uint64_t n_sites = stored_sites(archive, sample.group);
  require(n_sites == 0 || extent[2] == packed_bytes(n_sites), "configurations are of another lattice");
}

/// What the deck said, or what `auto` became; 1, the careful reading, where neither is told.
std::uint64_t stored_ladders(const archive::Archive& archive, const std::string& group) {
  const auto found = archive.group(group);
  for (const char* key : {"auto.replicas", "replicas"})
    if (found && found->values.contains(key)) return std::stoull(h5::to_text(found->values.at(key)));
  return 1;
}

} // namespace

StoredSample find_sample(const archive::Archive& archive, const std::string& name) {
  StoredSample sample;
  sample.group = "/sample/" + name;
  sample.temperature = archive.read_all<double>(sample.group + "/temperature");
  const auto extent = archive.extent(sample.group + "/configuration");
  check_shapes(archive, sample, extent);
  sample.n_configurations = extent[1];
  sample.n_bytes = extent[2];
  sample.n_ladders = stored_ladders(archive, sample.group);
  return sample;
}

Array<std::uint8_t, 2> read_configurations(const archive::Archive& archive, const StoredSample& sample,
                                           const std::vector<std::size_t>& temperatures, mpi::Range mine) {
  return read_configurations(archive, sample, temperatures, {0, sample.n_configurations}, mine);
}

Array<std::uint8_t, 2> read_configurations(const archive::Archive& archive, const StoredSample& sample,
                                           const std::vector<std::size_t>& temperatures, mpi::Range each,
                                           mpi::Range mine) {
  Array<std::uint8_t, 2> packed({mine.size(), sample.n_bytes});
  const std::vector<std::uint64_t> extent = {sample.temperature.size(), sample.n_configurations,
                                             sample.n_bytes};
  for (std::size_t k = 0; k < temperatures.size(); ++k) {
    // The part of this rank's range that lies at temperature k, possibly none.
    const std::uint64_t begin = k * each.size(), end = begin + each.size();
    const std::uint64_t first = std::clamp(mine.first, begin, end), last = std::clamp(mine.last, begin, end);
    const std::uint64_t n = last - first;
    const Slab slab =
        n == 0 ? Slab::none(extent)
               : Slab{extent, {temperatures[k], each.first + first - begin, 0}, {1, n, sample.n_bytes}};
    const std::size_t offset = n == 0 ? 0 : (first - mine.first) * sample.n_bytes;
    archive.read(sample.group + "/configuration", slab, packed.flat().subspan(offset, n * sample.n_bytes));
  }
  return packed;
}

std::vector<rbm::Machine> read_machines(const archive::Archive& archive, const std::string& name,
                                        std::optional<std::uint64_t> epoch) {
  const std::string group = "/rbm/" + name;
  const rbm::Units units = stored_units(archive, group);
  std::vector<rbm::Machine> machines;
  for (std::size_t k = 1;; ++k) {
    std::string layer = group + "/layer_" + std::to_string(k);
    if (!archive.has(layer + "/weights")) break;
    if (epoch) layer += "/snapshot_" + std::to_string(*epoch);
    mpi::agree(archive.comm(), archive.has(layer + "/weights"), ErrorKind::deck, "no such snapshot was kept",
               archive.path() + ": " + layer);
    const auto extent = archive.extent(layer + "/weights");
    const std::uint64_t below = machines.empty() ? stored_sites(archive, group) : machines.back().n_hidden();
    require_of_archive(archive, extent.size() == 2 && (below == 0 || extent[0] == below),
                       "the weights' shape does not fit what is below", layer);
    rbm::Machine machine(units, extent[0], extent[1]);
    archive.read(layer + "/weights", Slab::whole(extent), machine.weights.flat());
    machine.visible_bias = archive.read_all<float>(layer + "/visible_bias");
    machine.hidden_bias = archive.read_all<float>(layer + "/hidden_bias");
    require_of_archive(archive,
                       machine.visible_bias.size() == extent[0] && machine.hidden_bias.size() == extent[1],
                       "weights and biases do not go together", layer);
    mpi::agree(archive.comm(), machine.all_finite(), ErrorKind::archive, "a weight or bias is not finite",
               archive.path() + ": " + layer);
    machines.push_back(std::move(machine));
  }
  require(!machines.empty(), "a machine's group holds no layers");
  return machines;
}

void check_snapshot(const campaign::Plan& plan, const std::string& name, std::optional<std::uint64_t> epoch,
                    const campaign::Complain& complain) {
  if (!epoch) return;
  using Epochs = std::vector<std::uint64_t>;
  const auto kept = plan.value_as<Epochs>("/rbm/" + name, "snapshots").value_or(Epochs{});
  const auto trained = plan.value_as<std::uint64_t>("/rbm/" + name, "epochs").value_or(0);
  if (std::ranges::find(kept, *epoch) == kept.end() || *epoch > trained)
    complain("epoch",
             "[rbm." + name + "] keeps no snapshot of epoch " + std::to_string(*epoch) + " in " +
                 std::to_string(trained) + " epochs",
             kept.empty() ? "auto: it has no snapshots"
                          : "auto, or one of " + deck::Codec<Epochs>::text(kept));
}

} // namespace blockspin::stages
