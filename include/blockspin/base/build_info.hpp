#pragma once
// What this binary was built from; recorded in every archive.

#include <string>
#include <utility>
#include <vector>

namespace blockspin {

std::string version();
/// Name and value: version, git_revision, compiler, flags, build_type. Library versions are added by the
/// rooms that own the libraries.
std::vector<std::pair<std::string, std::string>> build_info();

} // namespace blockspin
