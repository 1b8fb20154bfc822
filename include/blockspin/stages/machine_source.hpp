#pragma once
// Trained machines as later stages read them from the archive.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "blockspin/archive/archive.hpp"
#include "blockspin/rbm/machine.hpp"

namespace blockspin::stages {

/// Layers of the trained machine /rbm/<name>. Local.
std::size_t n_layers(const archive::Archive& archive, const std::string& name);

/// Layer `layer`, from 1, of /rbm/<name>: as trained, or its snapshot after `epoch` epochs. Checked: an
/// agreed ErrorKind::archive where a parameter is not finite, ErrorKind::deck where no such snapshot was
/// kept. Collective.
rbm::Machine read_machine(const archive::Archive& archive, const std::string& name, std::size_t layer = 1,
                          std::optional<std::uint64_t> epoch = std::nullopt);
/// All layers, the lowest first. Collective.
std::vector<rbm::Machine> read_stack(const archive::Archive& archive, const std::string& name);

} // namespace blockspin::stages
