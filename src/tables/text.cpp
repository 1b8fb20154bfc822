#include "text.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "blockspin/base/text.hpp"
#include "blockspin/mpi/agree.hpp"

namespace blockspin::tables {

namespace {

constexpr std::uint64_t block_bytes = 1 << 20;
/// Of a word that is no number, in a message.
constexpr std::size_t most_characters = 20;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == ','; }

/// Collects the beginnings of lines that hold more than blanks and comments.
class RowFinder {
public:
  /// `last`: lines that begin there or behind it are another rank's.
  explicit RowFinder(std::uint64_t last) : last_(last) {}

  void begin_line(std::uint64_t offset) {
    line_ = offset;
    waits_ = offset < last_;
  }
  void take(std::uint64_t offset, char c) {
    if (c == '\n') return begin_line(offset + 1);
    if (!waits_ || is_blank(c)) return;
    if (c != '#') rows_.push_back(line_);
    waits_ = false;
  }
  /// Whether a line that began is still to be judged.
  bool waits() const { return waits_; }
  std::vector<std::uint64_t> rows() && { return std::move(rows_); }

private:
  std::uint64_t last_;
  std::uint64_t line_ = 0;
  bool waits_ = false;
  std::vector<std::uint64_t> rows_;
};

std::vector<std::uint64_t> rows_of_part(const ByteFile& file, mpi::Range part) {
  RowFinder finder(part.last);
  if (part.first == 0) finder.begin_line(0);
  std::string block;
  // The byte before the part tells whether a line begins with the part.
  for (std::uint64_t at = part.first == 0 ? 0 : part.first - 1;
       at < file.n_bytes() && (at < part.last || finder.waits());) {
    const std::uint64_t until = at < part.last ? part.last : file.n_bytes();
    block.resize(std::min(block_bytes, until - at));
    file.read(at, std::as_writable_bytes(std::span(block)));
    for (const char c : block) finder.take(at++, c);
  }
  return std::move(finder).rows();
}

/// The next word of a line, and what is left of the line.
std::string_view next_word(std::string_view& line) {
  const auto first = std::ranges::find_if_not(line, is_blank);
  const auto last = std::find_if(first, line.end(), is_blank);
  const std::string_view word(first, last);
  line = std::string_view(last, line.end());
  return word;
}

double number(std::string_view word, std::uint64_t row, const std::string& path) {
  double value = 0;
  const std::string_view digits = word.starts_with('+') ? word.substr(1) : word;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value);
  if (error != std::errc() || end != digits.end() || word.starts_with("+-"))
    throw BadRow(row, "'" + std::string(word.substr(0, most_characters)) + "' is no number", path);
  return value;
}

std::uint64_t count_words(std::string_view line) {
  std::uint64_t n = 0;
  while (!next_word(line).empty()) ++n;
  return n;
}

/// Takes the line's numbers; throws BadRow where they are too few or too many.
void parse(std::string_view line, std::uint64_t row, std::span<double> values, const std::string& path) {
  std::uint64_t n = 0;
  for (std::string_view rest = line, word = next_word(rest); !word.empty(); word = next_word(rest), ++n)
    if (n < values.size()) values[n] = number(word, row, path);
  if (n != values.size())
    throw BadRow(row, "has " + std::to_string(n) + " numbers, and row 0 has " + std::to_string(values.size()),
                 path);
}

/// The line that begins there, without a comment behind its numbers.
std::string_view line_at(std::string_view text, std::uint64_t offset) {
  text.remove_prefix(offset);
  text = text.substr(0, text.find('\n'));
  return text.substr(0, text.find('#'));
}

} // namespace

std::vector<std::uint64_t> find_rows(const mpi::Communicator& comm, const std::string& path) {
  std::vector<std::uint64_t> mine;
  mpi::agreed(comm, [&] {
    const ByteFile file(path);
    mine = rows_of_part(file, mpi::block_range(file.n_bytes(), comm.rank(), comm.size()));
  });
  return comm.gather_all(std::span<const std::uint64_t>(mine));
}

TextTable::TextTable(const std::string& path, std::vector<std::uint64_t> rows)
    : Table(path), rows_(std::move(rows)) {
  const std::uint64_t n_columns = rows_.empty() ? 0 : count_words(line_at(lines(0, 1), 0));
  extent_ = {rows_.size(), n_columns};
}

/// The bytes from the first row's line to the end of the last one's.
std::string TextTable::lines(std::uint64_t first, std::uint64_t n) const {
  const std::uint64_t end = first + n < rows_.size() ? rows_[first + n] : file().n_bytes();
  std::string text(end - rows_[first], ' ');
  file().read(rows_[first], std::as_writable_bytes(std::span(text)));
  return text;
}

void TextTable::read(std::size_t, std::uint64_t first, std::uint64_t n, std::span<double> values) const {
  const std::string text = lines(first, n);
  for (std::uint64_t i = 0; i < n; ++i)
    parse(line_at(text, rows_[first + i] - rows_[first]), first + i,
          values.subspan(i * extent_[1], extent_[1]), path());
}

} // namespace blockspin::tables
