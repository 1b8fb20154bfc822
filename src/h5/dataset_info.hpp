#pragma once
// Type and shape of an open dataset.

#include <cstdint>
#include <string>
#include <vector>

#include "blockspin/h5/dataset.hpp"

namespace blockspin::h5 {

/// Throws ErrorKind::archive at `where`. Local.
std::vector<std::uint64_t> extent_of(hid_t dataset, const std::string& path, const std::string& where);

/// Throws ErrorKind::archive for a type that we do not write. Local.
DatasetInfo info_of(hid_t dataset, const std::string& path, const std::string& where);

} // namespace blockspin::h5
