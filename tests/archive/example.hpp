#pragma once
// A small archive whose every value is known, written as a run would.

#include <cmath>
#include <string>
#include <vector>

#include "blockspin/archive/archive.hpp"

namespace example {

inline constexpr std::uint64_t n_temperatures = 5, n_configurations = 40, n_bytes = 13;

/// What write_sample() and write_machine() write.
inline std::vector<blockspin::archive::Row> rows() {
  using enum blockspin::ElementType;
  const blockspin::archive::Axis temperature{"temperature", "temperature"};
  const blockspin::archive::Axis configuration{"configuration", ""};
  return {
      {"temperature", f64, {temperature}, "J/k_B", "temperatures"},
      {"configuration", u8, {temperature, configuration, {"byte", ""}}, "1", "packed spins"},
      {"energy", f64, {temperature, configuration}, "J", "energies"},
      {"observables/{observable}/mean", f64, {temperature}, "1", "means of {observable}"},
      {"layer_{k}/weights", f32, {{"visible", ""}, {"hidden_{k}", ""}}, "1", "layer {k}: weights"},
  };
}

inline std::uint8_t byte_at(std::uint64_t i) { return static_cast<std::uint8_t>(i * 131 + i / 7); }

/// Writes /sample/main, each rank its temperatures, with the values a function of
/// the index alone. Collective.
inline std::string write_sample(blockspin::archive::Archive& archive, std::uint64_t shift = 0) {
  using namespace blockspin;
  const mpi::Communicator& comm = archive.comm();
  archive::StageWriter writer = archive.begin_stage(
      "sample", "main",
      {{"configurations", std::uint64_t{n_configurations}}, {"update", std::string("metropolis")}}, {},
      rows());
  const std::vector<double> temperatures{0.0, 0.5, 1.0, 2.25, INFINITY};
  writer.write_replicated("temperature", {n_temperatures}, std::span<const double>(temperatures));
  const mpi::Range mine = mpi::block_range(n_temperatures, comm.rank(), comm.size());
  const Slab bytes = Slab::rows({n_temperatures, n_configurations, n_bytes}, mine.first, mine.size());
  std::vector<std::uint8_t> packed(bytes.n_local());
  for (std::size_t i = 0; i < packed.size(); ++i)
    packed[i] = byte_at(mine.first * n_configurations * n_bytes + i + shift);
  writer.write("configuration", bytes, std::span<const std::uint8_t>(packed));
  const Slab energies = Slab::rows({n_temperatures, n_configurations}, mine.first, mine.size());
  std::vector<double> energy(energies.n_local());
  for (std::size_t i = 0; i < energy.size(); ++i)
    energy[i] = -0.01 * static_cast<double>(mine.first * n_configurations + i);
  writer.write("energy", energies, std::span<const double>(energy));
  writer.write_replicated("observables/energy/mean", {n_temperatures}, std::span<const double>(temperatures));
  return writer.commit();
}

/// Writes /rbm/NAME with one layer, made from /sample/main. Collective.
inline std::string write_machine(blockspin::archive::Archive& archive, const std::string& name) {
  using namespace blockspin;
  archive::StageWriter writer = archive.begin_stage("rbm", name, {{"hidden", std::vector<std::uint64_t>{64}}},
                                                    {"/sample/main"}, rows());
  std::vector<float> weights(100 * 64);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<float>(i) / 64;
  writer.write_replicated("layer_1/weights", {100, 64}, std::span<const float>(weights));
  return writer.commit();
}

} // namespace example
