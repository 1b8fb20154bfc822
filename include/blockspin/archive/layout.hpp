#pragma once
// Every dataset of the archive: path, type, unit, axes and meaning, declared once. One file a stage:
// layout_<stage>.cpp.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "blockspin/base/slab.hpp"

namespace blockspin::archive {

/// One axis of a dataset. Where axes of the same name differ in length between datasets of one group, the
/// name holds a piece in braces of the row's path ("hidden_{k}"). `scale` is the one-dimensional dataset of
/// the same group that holds the axis' values, as a path relative to the group ("temperature"); empty for a
/// plain index axis, whose 0, 1, 2, ... the archive writes itself under "index/<name>".
struct Axis {
  std::string name;
  std::string scale;
};

/// One row of the layout. `path` is relative to the stage's group; a piece in braces stands for any one name:
/// "observables/{observable}/mean", "layer_{k}/weights". The name is put in for the braces in the
/// description.
struct Row {
  std::string stage;       ///< "sample"
  std::string path;        ///< "configuration"
  ElementType type;        ///< of an element
  std::vector<Axis> axes;  ///< none for a scalar
  std::string unit;        ///< "J/k_B"; "1" for a pure number
  std::string description; ///< one sentence; also what `blockspin info` and the reference show
};

/// All rows, stage by stage.
std::span<const Row> layout();

/// The row of a dataset; throws ErrorKind::internal where no row declares it.
const Row& find_row(std::string_view stage, std::string_view path);
/// `text` (a description, an axis' name) with the path's own names in place of the row's pieces in braces.
std::string in_path(std::string text, const Row& row, std::string_view path);

// The tables, one a stage, each in its own file.
std::vector<Row> sample_rows();
std::vector<Row> thermometer_rows();
std::vector<Row> rbm_rows();
std::vector<Row> flow_rows();
std::vector<Row> spectrum_rows();
std::vector<Row> receptive_field_rows();
std::vector<Row> likelihood_rows();
std::vector<Row> mapping_rows();
std::vector<Row> decimation_rows();
std::vector<Row> kadanoff_rows();
std::vector<Row> reconstruction_rows();
std::vector<Row> chain_machine_rows();

} // namespace blockspin::archive
