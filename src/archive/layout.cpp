#include "blockspin/archive/layout.hpp"

#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"

namespace blockspin::archive {

namespace {

/// Whether a piece of a path fits that of a pattern: "layer_{k}" fits "layer_2".
bool piece_fits(std::string_view pattern, std::string_view piece) {
  const std::size_t brace = pattern.find('{');
  if (brace == std::string_view::npos) return pattern == piece;
  return piece.size() > brace && piece.substr(0, brace) == pattern.substr(0, brace);
}

bool path_fits(const Row& row, const std::vector<std::string>& pieces) {
  const std::vector<std::string> pattern = split(row.path, '/');
  if (pattern.size() != pieces.size()) return false;
  for (std::size_t i = 0; i < pieces.size(); ++i)
    if (!piece_fits(pattern[i], pieces[i])) return false;
  return true;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

} // namespace

const Row* row_of(std::span<const Row> rows, std::string_view path) {
  const std::vector<std::string> pieces = split(path, '/');
  const Row* found = nullptr;
  for (const Row& row : rows) {
    if (!path_fits(row, pieces)) continue;
    if (row.path == path) return &row; // a row without braces wins
    if (found == nullptr) found = &row;
  }
  return found;
}

const Row& find_row(std::span<const Row> rows, std::string_view path, std::string_view group) {
  const Row* const found = row_of(rows, path);
  if (found == nullptr)
    throw Error(ErrorKind::internal, "no row of its stage declares the dataset " + std::string(path),
                std::string(group));
  return *found;
}

std::string in_path(std::string text, const Row& row, std::string_view path) {
  const std::vector<std::string> pattern = split(row.path, '/');
  const std::vector<std::string> pieces = split(path, '/');
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::size_t brace = pattern[i].find('{');
    if (brace == std::string::npos) continue;
    const std::string name = pieces[i].substr(brace);
    replace_all(text, pattern[i].substr(brace), name);
  }
  return text;
}

} // namespace blockspin::archive
