#pragma once
// A file that another program wrote, read byte by byte at any place.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace blockspin {

/// Open for reading only. Move only; every member is local, and throws ErrorKind::archive at the file's path.
class ByteFile {
public:
  /// A missing file, a directory and an unreadable file are told apart.
  explicit ByteFile(std::string path);
  ~ByteFile();
  ByteFile(ByteFile&& other) noexcept;
  ByteFile& operator=(ByteFile&&) = delete;

  const std::string& path() const { return path_; }
  std::uint64_t n_bytes() const { return n_bytes_; }
  /// The bytes from `offset` on; throws where the file ends before them.
  void read(std::uint64_t offset, std::span<std::byte> bytes) const;
  /// Throws where the file under this path is no longer the one that was opened, or has been written since.
  void require_unchanged() const;

private:
  std::string path_;
  int descriptor_ = -1;
  std::uint64_t n_bytes_ = 0;
  std::int64_t written_at_ = 0;
};

} // namespace blockspin
