#pragma once
// Kept configurations of a sample as training data.

#include <string>
#include <vector>

#include "blockspin/archive/archive.hpp"
#include "blockspin/train/data.hpp"

namespace blockspin::stages {

/// The configurations of /sample/<name> at the given temperature indices, one temperature after the other,
/// divided over the archive's ranks: each reads its part only, packed as it stands. Collective.
train::DataPart read_sample(const archive::Archive& archive, const std::string& name,
                            const std::vector<std::size_t>& temperature_indices, std::size_t n_sites);

} // namespace blockspin::stages
