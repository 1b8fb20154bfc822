#pragma once
// Numbers in a text file, one row a line.

#include <string>
#include <vector>

#include "blockspin/tables/table.hpp"

namespace blockspin::tables {

/// Numbers between spaces, tabs or commas. Empty lines and lines that begin with # are passed over.
class TextTable : public Table {
public:
  /// `rows`: where each row's line begins (find_rows). The first row tells how many numbers each has.
  TextTable(const std::string& path, std::vector<std::uint64_t> rows);
  void read(std::size_t n_leading, std::uint64_t first, std::uint64_t n,
            std::span<double> values) const override;

private:
  std::string lines(std::uint64_t first, std::uint64_t n) const;

  std::vector<std::uint64_t> rows_;
};

/// Offsets of the lines of a file that hold rows, all of them on every rank; each rank looks through a part
/// of the file. Collective; agreed errors.
std::vector<std::uint64_t> find_rows(const mpi::Communicator& comm, const std::string& path);

} // namespace blockspin::tables
