#pragma once
// What stages read of earlier ones: samples of configurations, and trained machines.

#include <optional>
#include <string>
#include <vector>

#include "blockspin/archive/archive.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/campaign/plan.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rbm/machine.hpp"

namespace blockspin::stages {

/// A sample as it stands in the archive.
struct StoredSample {
  std::string group; ///< "/sample/main"
  std::vector<double> temperature;
  std::uint64_t n_configurations = 0; ///< kept at each temperature
  std::size_t n_bytes = 0;            ///< of one packed configuration
  std::uint64_t n_ladders = 1;        ///< independent; configuration c was kept from ladder c % n_ladders
};

/// ErrorKind::archive where a temperature is NaN or the shapes are not those of the lattice
/// the group names. Collective.
StoredSample find_sample(const archive::Archive& archive, const std::string& name);

/// Of the temperatures with these indices the configurations `each`, counted one temperature after the other
/// (item i belongs to temperatures[i / each.size()]): items [mine.first, mine.last), shape [mine.size(),
/// n_bytes]. Every rank asks for its own range; ranges may overlap. Collective.
Array<std::uint8_t, 2> read_configurations(const archive::Archive& archive, const StoredSample& sample,
                                           const std::vector<std::size_t>& temperatures, mpi::Range each,
                                           mpi::Range mine);
/// The same of all configurations.
Array<std::uint8_t, 2> read_configurations(const archive::Archive& archive, const StoredSample& sample,
                                           const std::vector<std::size_t>& temperatures, mpi::Range mine);

/// The machines of /rbm/<name>, from the lattice upwards (layer_1, layer_2, ...), the same on every rank.
/// With `epoch`, their snapshots after that many epochs: ErrorKind::deck where none was kept.
/// ErrorKind::archive where a parameter is not finite or shapes do not fit. Collective.
std::vector<rbm::Machine> read_machines(const archive::Archive& archive, const std::string& name,
                                        std::optional<std::uint64_t> epoch = std::nullopt);

/// Complains at key `epoch` where the machine /rbm/<name> keeps no snapshot of it; no
/// epoch, no complaint. Local.
void check_snapshot(const campaign::Plan& plan, const std::string& name, std::optional<std::uint64_t> epoch,
                    const campaign::Complain& complain);

} // namespace blockspin::stages
