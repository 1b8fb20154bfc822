#pragma once
// A dataset of numbers in an HDF5 file that another program wrote.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "blockspin/h5/handle.hpp"

namespace blockspin::h5 {

/// Opened by this rank alone, by the serial driver: compressed datasets and old formats can be read too. Any
/// number of ranks may have the same file open. Every member is local and throws ErrorKind::archive.
class ForeignDataset {
public:
  /// A missing dataset is told with the names of those there are; a group, and elements that are neither
  /// whole numbers, nor floating-point ones, nor truth values, are refused.
  ForeignDataset(const std::string& path, const std::string& dataset);

  const std::vector<std::uint64_t>& extent() const { return extent_; }
  /// The elements of a rectangle, row major, converted to double.
  void read(const std::vector<std::uint64_t>& offset, const std::vector<std::uint64_t>& count,
            std::span<double> values) const;

private:
  std::string path_;
  Handle file_, dataset_;
  std::vector<std::uint64_t> extent_;
};

} // namespace blockspin::h5
