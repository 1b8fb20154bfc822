#include "points_table.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/deck/document.hpp"

namespace blockspin::app {

namespace {

const std::vector<std::string> first_columns = {"point", "deck", "archive", "seed"};

using Record = std::vector<std::string>;

/// A field with a comma or a quotation mark stands between quotation marks, its own ones doubled.
std::string quoted(const std::string& field) {
  if (field.find_first_of(",\"") == std::string::npos) return field;
  std::string text = "\"";
  for (const char c : field) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

std::string line_of(const Record& fields) {
  std::vector<std::string> pieces;
  for (const std::string& field : fields) pieces.push_back(quoted(field));
  return joined(pieces, ",") + "\n";
}

Record record_of(const PointRow& row) {
  Record fields{row.name, row.deck, row.archive, row.seed};
  fields.insert(fields.end(), row.values.begin(), row.values.end());
  return fields;
}

/// Takes one field from the beginning of `rest`, and the comma behind it; nothing where a quotation mark does not end.
std::optional<std::string> take_field(std::string_view& rest) {
  std::string field;
  bool inside = false;
  std::size_t i = 0;
  for (; i < rest.size() && (inside || rest[i] != ','); ++i) {
    if (rest[i] != '"') {
      field += rest[i];
    } else if (inside && i + 1 < rest.size() && rest[i + 1] == '"') {
      field += rest[i++];
    } else {
      inside = !inside;
    }
  }
  if (inside) return std::nullopt;
  rest.remove_prefix(i);
  return field;
}

/// The fields of a line; nothing where it is no line of such a table.
std::optional<Record> fields_of(std::string_view line) {
  Record fields;
  for (;;) {
    const auto field = take_field(line);
    if (!field) return std::nullopt;
    fields.push_back(*field);
    if (line.empty()) return fields;
    line.remove_prefix(1); // the comma
  }
}

} // namespace

std::optional<std::string> text_there(const std::string& path) {
  std::error_code none;
  if (!std::filesystem::exists(std::filesystem::symlink_status(path, none))) return std::nullopt;
  try {
    return deck::read_text(path);
  } catch (const Error& error) {
    throw Error(ErrorKind::archive, error.message(), error.where());
  }
}

std::string text_of(const PointsTable& table) {
  Record head = first_columns;
  head.insert(head.end(), table.keys.begin(), table.keys.end());
  std::string text = line_of(head);
  for (const PointRow& row : table.rows) text += line_of(record_of(row));
  return text;
}

PointsTable read_points_table(const std::string& text, const std::string& path) {
  const auto n_first = static_cast<std::ptrdiff_t>(first_columns.size());
  const std::vector<std::string> lines = split(text, '\n');
  const auto head = lines.empty() ? std::nullopt : fields_of(lines.front());
  if (!head || head->size() < first_columns.size() ||
      !std::equal(first_columns.begin(), first_columns.end(), head->begin()))
    throw Error(ErrorKind::archive, "is no table of a sweep", path);
  PointsTable table{{head->begin() + n_first, head->end()}, {}};
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].empty()) continue;
    const auto fields = fields_of(lines[i]);
    if (!fields || fields->size() != head->size())
      throw Error(ErrorKind::archive,
                  "line " + std::to_string(i + 1) + " is no row of " + counted(head->size(), "column"), path);
    const Record& f = *fields;
    table.rows.push_back({f[0], f[1], f[2], f[3], {f.begin() + n_first, f.end()}});
  }
  return table;
}

PointsTable merged(const PointsTable& old, const PointsTable& more, const std::string& path) {
  if (old.keys != more.keys)
    throw Error(ErrorKind::archive,
                "is the table of a sweep over other keys, " + joined(old.keys, ", ") +
                    "; choose another folder, or give these keys in this order",
                path);
  PointsTable all = old;
  std::map<std::string, PointRow> known;
  for (const PointRow& row : old.rows) known.emplace(row.name, row);
  for (const PointRow& row : more.rows) {
    const auto [before, is_new] = known.emplace(row.name, row);
    if (is_new)
      all.rows.push_back(row);
    else if (before->second != row)
      throw Error(ErrorKind::archive,
                  "has another point " + row.name + ", of seed " + before->second.seed +
                      "; choose another folder",
                  path);
  }
  return all;
}

} // namespace blockspin::app
