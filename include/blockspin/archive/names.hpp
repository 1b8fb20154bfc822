#pragma once
// Whether the file system takes the names that an archive and what stands beside it have.

#include <string>

#include "blockspin/archive/archive.hpp"

namespace blockspin::archive {

/// What the file system says against an archive of that name, or of that to which it is a link; empty where it says
/// nothing. Local.
std::string refusal_of_archive(const std::string& archive_path);
/// By how many characters a group's name is too long for the files that carry it (checkpoints, segments); 0
/// where it is not. Local.
std::size_t n_characters_too_many(const std::string& archive_path, const std::string& group, Storage storage);

} // namespace blockspin::archive
