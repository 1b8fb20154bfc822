#include "blockspin/h5/raw.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>

#include "blockspin/base/byte_file.hpp"
#include "blockspin/base/error.hpp"

namespace blockspin::h5 {

namespace {

constexpr std::string_view signature = "\211HDF\r\n\032\n";
constexpr std::uint64_t beginning_bytes = 1 << 16;
constexpr std::uint64_t piece_bytes = 1 << 22;

std::optional<ByteFile> opened(const std::string& path) {
  try {
    return ByteFile(path);
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// The bytes of [first, last), as far as the file has them; empty where they cannot be read.
std::string piece(const ByteFile& file, std::uint64_t first, std::uint64_t last) {
  last = std::min(last, file.n_bytes());
  std::string bytes(last - std::min(first, last), '\0');
  try {
    file.read(first, std::as_writable_bytes(std::span(bytes)));
  } catch (const Error&) {
    bytes.clear();
  }
  return bytes;
}

} // namespace

bool is_hdf5(const std::string& path) { return beginning_of(path).starts_with(signature); }

std::string beginning_of(const std::string& path) {
  const auto file = opened(path);
  return file ? piece(*file, 0, beginning_bytes) : std::string();
}

bool holds(const std::string& path, const std::string& bytes) {
  const auto file = opened(path);
  if (!file || bytes.empty()) return false;
  if (piece(*file, 0, beginning_bytes).find(bytes) != std::string::npos) return true;
  for (std::uint64_t end = file->n_bytes(); end > 0; end -= std::min(end, piece_bytes)) {
    const std::uint64_t first = end - std::min(end, piece_bytes);
    // What stands across the seam of two pieces belongs to the former.
    if (piece(*file, first, end + bytes.size() - 1).find(bytes) != std::string::npos) return true;
  }
  return false;
}

} // namespace blockspin::h5
