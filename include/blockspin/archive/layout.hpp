#pragma once
// What the datasets of a group are: path, type, unit, axes and meaning, declared once, by who writes them.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "blockspin/base/slab.hpp"

namespace blockspin::archive {

/// One axis of a dataset. Where axes of the same name differ in length between datasets of one group, the
/// name holds a piece in braces of the row's path ("hidden_{k}"). `scale` is the one-dimensional dataset that
/// holds the axis' values, as a path relative to the group ("temperature"); it stands in the folder of the
/// datasets that use it or in one above. It is empty for a plain index axis, whose 0, 1, 2, ... the archive
/// writes itself at the top of the group, under the axis' name or, where a dataset has that, <name>_index.
struct Axis {
  std::string name;
  std::string scale;
};

/// One dataset of a group, or several of one form. `path` is relative to the group; a piece in braces stands
/// for any one name: "observables/{observable}/mean", "layer_{k}/weights". The name is put in for the braces
/// in the description.
struct Row {
  std::string path;        ///< "configuration"
  ElementType type;        ///< of an element
  std::vector<Axis> axes;  ///< none for a scalar
  std::string unit;        ///< "J/k_B"; "1" for a pure number
  std::string description; ///< one sentence; also what `blockspin info` and the reference show
};

/// The row of a dataset, or null where no row declares it. Local.
const Row* row_of(std::span<const Row> rows, std::string_view path);
/// The row of a dataset of `group`; throws ErrorKind::internal where no row declares it. Local.
const Row& find_row(std::span<const Row> rows, std::string_view path, std::string_view group);
/// `text` (a description, an axis' name) with the path's own names in place of the row's pieces in braces.
std::string in_path(std::string text, const Row& row, std::string_view path);

} // namespace blockspin::archive
