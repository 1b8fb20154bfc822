#pragma once
// Arrays that numpy.save wrote.

#include <string>

#include "blockspin/tables/table.hpp"

namespace blockspin::tables {

/// Whether a file begins as .npy files do. Local.
bool is_npy(const ByteFile& file);

/// The NPY format, versions 1 to 3: little-endian truth values, whole numbers of 1 to 8 bytes, and
/// floating-point numbers of 4 or 8 bytes, row major (numpy.lib.format).
class NpyTable : public Table {
public:
  explicit NpyTable(const std::string& path);
  void read(std::size_t n_leading, std::uint64_t first, std::uint64_t n,
            std::span<double> values) const override;

private:
  std::string type_; ///< "i1", "f8", ...
  std::uint64_t element_bytes_ = 0;
  std::uint64_t data_offset_ = 0;
};

} // namespace blockspin::tables
