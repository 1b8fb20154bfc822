#pragma once
// Numbers of a file as packed configurations.

#include <cstdint>
#include <limits>
#include <span>
#include <string>

#include "blockspin/base/array.hpp"
#include "blockspin/stages/import.hpp"

namespace blockspin::stages {

/// Packs rows of the file one after the other, in any order, and remembers what is wrong with them.
class ImportPacker {
public:
  static constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();

  ImportPacker(const tables::Table& table, const ImportLayout& layout, ImportEncoding encoding)
      : table_(table), layout_(layout), encoding_(encoding) {}

  /// Rows [first, first + packed.extent(0)) of the file. A row that cannot be packed is remembered, not
  /// thrown: others may stand earlier in the file.
  void pack(std::uint64_t first, View<std::uint8_t, 2> packed);

  /// The lowest wrong row so far, and what is wrong with it.
  std::uint64_t wrong_row() const { return wrong_row_; }
  const std::string& what_is_wrong() const { return what_is_wrong_; }
  /// encoding = auto: the lowest rows with a -1, and with a 0.
  std::uint64_t first_minus() const { return first_minus_; }
  std::uint64_t first_zero() const { return first_zero_; }

private:
  void pack_row(std::uint64_t row, std::span<const double> values, std::span<std::uint8_t> packed);
  bool allowed(double value, std::size_t unit) const;
  void note(std::uint64_t row, const std::string& what);

  const tables::Table& table_;
  ImportLayout layout_;
  ImportEncoding encoding_;
  std::vector<double> values_;
  std::uint64_t wrong_row_ = none, first_minus_ = none, first_zero_ = none;
  std::string what_is_wrong_;
};

} // namespace blockspin::stages
