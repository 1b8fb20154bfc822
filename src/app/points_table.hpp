#pragma once
// points.csv, the table of a sweep: a row for each point.

#include <optional>
#include <string>
#include <vector>

namespace blockspin::app {

struct PointRow {
  std::string name, deck, archive, seed;
  std::vector<std::string> values; ///< by key
  bool operator==(const PointRow&) const = default;
};

struct PointsTable {
  std::vector<std::string> keys; ///< "rbm.V.hidden"
  std::vector<PointRow> rows;
};

/// The text of a file in the folder of a sweep; nothing where there is none. Throws ErrorKind::archive naming it where it
/// cannot be read. Local: for the root.
std::optional<std::string> text_there(const std::string& path);
/// The text of the file: columns point, deck, archive, seed, then the keys. Local.
std::string text_of(const PointsTable& table);
/// The table in the file's text. Throws ErrorKind::archive naming `path` where it is no table of a sweep. Local.
PointsTable read_points_table(const std::string& text, const std::string& path);
/// All rows of `old`, and those of `more` that it has not. Throws ErrorKind::archive naming `path` where the keys differ, or
/// a point of one name. Local.
PointsTable merged(const PointsTable& old, const PointsTable& more, const std::string& path);

} // namespace blockspin::app
