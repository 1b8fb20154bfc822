#include "npy.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <numeric>

#include "blockspin/base/text.hpp"

namespace blockspin::tables {

namespace {

constexpr char magic[] = "\x93NUMPY";
constexpr std::size_t magic_bytes = 6;
constexpr std::size_t most_header_bytes = 1 << 20;

[[noreturn]] void fail(const ByteFile& file, const std::string& what) {
  throw Error(ErrorKind::archive, what, file.path());
}

/// The text of the header, a Python dictionary, and where it ends.
struct Header {
  std::string text;
  std::uint64_t end = 0;
};

Header read_header(const ByteFile& file) {
  unsigned char begin[12] = {};
  file.read(0, std::as_writable_bytes(std::span(begin, 10)));
  const bool is_long = begin[6] > 1;
  if (begin[6] < 1 || begin[6] > 3) fail(file, "is of a version of the .npy format that is not known");
  if (is_long) file.read(0, std::as_writable_bytes(std::span(begin)));
  std::uint64_t length = begin[8] | std::uint64_t{begin[9]} << 8;
  if (is_long) length |= std::uint64_t{begin[10]} << 16 | std::uint64_t{begin[11]} << 24;
  if (length > most_header_bytes) fail(file, "the header is damaged");
  Header header{std::string(length, ' '), (is_long ? 12 : 10) + length};
  file.read(header.end - length, std::as_writable_bytes(std::span(header.text)));
  return header;
}

/// What follows `'key':` in the dictionary.
std::string_view after_key(const ByteFile& file, const std::string& header, const std::string& key) {
  const auto at = header.find("'" + key + "'");
  const auto colon = at == std::string::npos ? at : header.find(':', at);
  if (colon == std::string::npos) fail(file, "the header has no " + key);
  std::string_view rest = std::string_view(header).substr(colon + 1);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return rest;
}

std::string type_of(const ByteFile& file, const std::string& header) {
  const std::string_view value = after_key(file, header, "descr");
  const auto end = value.find('\'', 1);
  const bool plain = value.starts_with('\'') && end != value.npos;
  const std::string text(plain ? value.substr(1, end - 1) : value.substr(0, value.find(']') + 1));
  const std::string type = text.empty() ? text : text.substr(1);
  constexpr std::string_view known[] = {"b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"};
  const bool little = text.starts_with('<') || text.starts_with('|');
  if (!little || std::ranges::find(known, type) == std::end(known))
    fail(file, "is of type '" + text +
                   "'; allowed: bool, int8 to int64, uint8 to uint64, float32, float64, "
                   "little endian");
  return type;
}

std::vector<std::uint64_t> shape_of(const ByteFile& file, const std::string& header) {
  const std::string_view value = after_key(file, header, "shape");
  const auto end = value.find(')');
  if (!value.starts_with('(') || end == value.npos) fail(file, "the header's shape is damaged");
  std::vector<std::uint64_t> shape;
  for (const std::string& word : split(value.substr(1, end - 1), ',')) {
    if (word.empty()) continue; // behind the comma of "(5,)"
    std::uint64_t extent = 0;
    const auto [next, error] = std::from_chars(word.data(), word.data() + word.size(), extent);
    if (error != std::errc() || next != word.data() + word.size())
      fail(file, "the header's shape is damaged");
    shape.push_back(extent);
  }
  return shape;
}

/// The number of elements; throws where a damaged header makes it overflow.
std::uint64_t n_elements(const ByteFile& file, const std::vector<std::uint64_t>& shape) {
  std::uint64_t n = 1;
  for (const std::uint64_t extent : shape)
    if (__builtin_mul_overflow(n, extent, &n)) fail(file, "the header's shape is damaged");
  return n;
}

template <class T>
void convert(std::span<const std::byte> bytes, std::span<double> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    values[i] = static_cast<double>(value);
  }
}

void convert(const std::string& type, std::span<const std::byte> bytes, std::span<double> values) {
  if (type == "i1") return convert<std::int8_t>(bytes, values);
  if (type == "i2") return convert<std::int16_t>(bytes, values);
  if (type == "u2") return convert<std::uint16_t>(bytes, values);
  if (type == "i4") return convert<std::int32_t>(bytes, values);
  if (type == "u4") return convert<std::uint32_t>(bytes, values);
  if (type == "i8") return convert<std::int64_t>(bytes, values);
  if (type == "u8") return convert<std::uint64_t>(bytes, values);
  if (type == "f4") return convert<float>(bytes, values);
  if (type == "f8") return convert<double>(bytes, values);
  convert<std::uint8_t>(bytes, values); // u1, b1
}

} // namespace

bool is_npy(const ByteFile& file) {
  char begin[magic_bytes] = {};
  if (file.n_bytes() < 10) return false;
  file.read(0, std::as_writable_bytes(std::span(begin)));
  return std::memcmp(begin, magic, magic_bytes) == 0;
}

NpyTable::NpyTable(const std::string& path) : Table(path) {
  const Header header = read_header(file());
  type_ = type_of(file(), header.text);
  element_bytes_ = static_cast<std::uint64_t>(type_[1] - '0');
  extent_ = shape_of(file(), header.text);
  data_offset_ = header.end;
  if (extent_.size() > 1 && !after_key(file(), header.text, "fortran_order").starts_with("False"))
    fail(file(), "is stored column by column; save numpy.ascontiguousarray of it");
  const std::uint64_t n = n_elements(file(), extent_), found = file().n_bytes() - header.end;
  if (n > found / element_bytes_ || n * element_bytes_ != found)
    fail(file(), "holds " + std::to_string(found) + " bytes of numbers, and its shape " +
                     shape_text(extent_) + " says " + std::to_string(n) + " times " +
                     std::to_string(element_bytes_));
}

void NpyTable::read(std::size_t n_leading, std::uint64_t first, std::uint64_t n,
                    std::span<double> values) const {
  const auto from = extent_.begin() + static_cast<std::ptrdiff_t>(n_leading);
  const std::uint64_t row = std::accumulate(from, extent_.end(), element_bytes_, std::multiplies<>());
  std::vector<std::byte> bytes(n * row);
  file().read(data_offset_ + first * row, bytes);
  convert(type_, bytes, values);
}

} // namespace blockspin::tables
