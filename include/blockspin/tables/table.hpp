#pragma once
// Numbers in a file that another program wrote: .npy, HDF5, or text.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "blockspin/base/byte_file.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/mpi/communicator.hpp"

namespace blockspin::tables {

/// A row that holds something else than it should.
class BadRow : public Error {
public:
  /// The message begins with "row 17 (counted from 0): ".
  BadRow(std::uint64_t row, const std::string& what, const std::string& path);
  std::uint64_t row() const noexcept { return row_; }

private:
  std::uint64_t row_;
};

/// An array of numbers, of which each rank reads what it needs. All members are local and throw
/// ErrorKind::archive at the file's path.
class Table {
public:
  explicit Table(const std::string& path) : file_(path) {}
  virtual ~Table() = default;

  const std::string& path() const { return file_.path(); }
  /// Of text: lines with numbers, and the numbers of the first of them.
  const std::vector<std::uint64_t>& extent() const { return extent_; }
  /// Rows [first, first + n): the leading axes, one or two, count as one, and the others make a row. Row
  /// major. Throws BadRow where a line of text is no such row; then the rows before it have been read.
  virtual void read(std::size_t n_leading, std::uint64_t first, std::uint64_t n,
                    std::span<double> values) const = 0;
  /// Throws where the file is no longer the one that was opened.
  void require_unchanged() const { file_.require_unchanged(); }

protected:
  const ByteFile& file() const { return file_; }
  std::vector<std::uint64_t> extent_;

private:
  ByteFile file_;
};

/// Opens a file of any of the three forms, which it tells apart by its first bytes. `dataset` names the
/// dataset of an HDF5 file, and is empty for the others. Of text, every rank gets to know where each line
/// begins: 8 bytes a line. Collective; agreed errors.
std::unique_ptr<Table> open_table(const mpi::Communicator& comm, const std::string& path,
                                  const std::string& dataset);

/// "3x4", as messages say extents.
std::string shape_text(const std::vector<std::uint64_t>& extent);

} // namespace blockspin::tables
