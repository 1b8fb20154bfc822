#pragma once
// What stands below a group: every object with its attributes, nothing taken on trust.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "blockspin/h5/attribute.hpp"
#include "blockspin/h5/dataset.hpp"

namespace blockspin::h5 {

/// A group or dataset.
struct Node {
  std::string path;                        ///< relative to the group that was asked for; empty for itself
  std::optional<DatasetInfo> dataset;      ///< nothing for a group
  std::map<std::string, Value> attributes; ///< all of them; of dimension scales as paths, see read_value()
};

/// Describes the group `group` of an open file and all that is below it, sorted by path. Local, with HDF5's
/// serial driver or MPI's, where every rank gets the same.
/// Throws ErrorKind::archive at `where` for what a file of ours never holds: links that are no plain names of
/// one object each (soft links, other files, circles), deeper than 16 groups or of more than 10^5 objects;
/// values that stand in other files, or of which the file holds fewer than it says; types, and kinds of
/// attributes, that we do not write; names that cannot be printed.
std::vector<Node> describe(hid_t file, const std::string& group, const std::string& where);

} // namespace blockspin::h5
