#pragma once
// What the stages of an archive found, in a few lines.

#include <span>
#include <string>
#include <vector>

#include "blockspin/campaign/kind.hpp"

namespace blockspin::campaign {

/// The line of a group, "flow.V: ...", or nothing where its stage has none to tell. Throws ErrorKind::archive where
/// the group is not laid out as its stage writes it. Collective.
std::string result_line(const archive::Archive& archive, std::span<const Kind> kinds,
                        const std::string& group);

/// Lines of the groups in their order, at most so many: of a stage with many groups the first ones, and how many more
/// there are; where a group cannot be read, why. Collective.
std::vector<std::string> result_lines(const archive::Archive& archive, std::span<const Kind> kinds,
                                      const std::vector<std::string>& groups, std::size_t most_lines);

/// The first so many pieces, and how many there are besides: "a; b; 4 more". Local.
std::string first_of(std::span<const std::string> pieces, std::string_view separator, std::size_t most = 3);

} // namespace blockspin::campaign
