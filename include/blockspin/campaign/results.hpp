#pragma once
// What the stages of an archive found, in a few lines.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "blockspin/base/error.hpp"
#include "blockspin/campaign/kind.hpp"

namespace blockspin::campaign {

/// The line of a group, "flow.V: ...", or nothing where its stage has none to tell. Throws ErrorKind::archive where
/// the group is not laid out as its stage writes it. Collective.
std::string result_line(const archive::Archive& archive, std::span<const Kind> kinds,
                        const std::string& group);

/// Lines of groups, and what is wrong with the first of them that cannot be read.
struct ResultLines {
  std::vector<std::string> lines;
  std::optional<Error> fault;
};

/// Lines of the groups in their order; where a group cannot be read, why. There are at most `most_lines` (at least 1): of
/// a stage with many groups the first ones, and a last line for what is left out, "more: 14 of rbm, 3 of flow". Collective.
ResultLines result_lines(const archive::Archive& archive, std::span<const Kind> kinds,
                         const std::vector<std::string>& groups, std::size_t most_lines);

/// Runs what tells of work that is done. An agreed error of it is a warning, "NAME cannot be told: why", as the work stays
/// done; any other error leaves, since only some ranks may know of it. Collective.
void tell(const std::string& name, const std::function<void()>& action);

/// The first so many pieces, and how many there are besides: "a; b; 4 more". Local.
std::string first_of(std::span<const std::string> pieces, std::string_view separator, std::size_t most = 3);

} // namespace blockspin::campaign
