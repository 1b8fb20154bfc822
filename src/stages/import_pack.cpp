#include "import_pack.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/base/text.hpp"

namespace blockspin::stages {

namespace {

std::string allowed_values(ImportEncoding encoding) {
  switch (encoding) {
  case ImportEncoding::automatic: return "-1 and 1, or 0 and 1";
  case ImportEncoding::spin: return "-1 and 1";
  case ImportEncoding::binary: return "0 and 1";
  case ImportEncoding::packed: return "bytes, 0 to 255, with bits of 0 behind the last unit";
  }
  return {};
}

} // namespace

void ImportPacker::pack(std::uint64_t first, View<std::uint8_t, 2> packed) {
  const std::uint64_t length = layout_.row_length;
  std::uint64_t n = packed.extent(0);
  values_.resize(n * length);
  try {
    table_.read(layout_.n_leading, first, n, values_);
  } catch (const tables::BadRow& bad) {
    note(bad.row(), bad.message());
    n = bad.row() - first; // those before it may be wrong too
  }
  for (std::uint64_t i = 0; i < n; ++i)
    pack_row(first + i, std::span(values_).subspan(i * length, length), packed.row(i));
}

bool ImportPacker::allowed(double value, std::size_t unit) const {
  switch (encoding_) {
  case ImportEncoding::automatic: return value == -1 || value == 0 || value == 1;
  case ImportEncoding::spin: return value == -1 || value == 1;
  case ImportEncoding::binary: return value == 0 || value == 1;
  case ImportEncoding::packed: break;
  }
  const std::uint64_t left = layout_.n_sites - 8 * unit; // units of this byte and those behind it
  return value >= 0 && value < std::exp2(std::min<std::uint64_t>(left, 8)) && value == std::floor(value);
}

void ImportPacker::pack_row(std::uint64_t row, std::span<const double> values,
                            std::span<std::uint8_t> packed) {
  const bool bytes = encoding_ == ImportEncoding::packed;
  std::ranges::fill(packed, std::uint8_t{0});
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = values[i];
    if (!allowed(value, i))
      return note(row, tables::BadRow(row,
                                      (bytes ? "byte " : "unit ") + std::to_string(i) + " is " +
                                          format_number(value) + "; allowed: " + allowed_values(encoding_),
                                      table_.path())
                           .message());
    if (bytes)
      packed[i] = static_cast<std::uint8_t>(value);
    else if (value > 0)
      packed[i / 8] = static_cast<std::uint8_t>(packed[i / 8] | 1U << (i % 8));
    else if (value < 0)
      first_minus_ = std::min(first_minus_, row);
    else
      first_zero_ = std::min(first_zero_, row);
  }
}

void ImportPacker::note(std::uint64_t row, const std::string& what) {
  if (row >= wrong_row_) return;
  wrong_row_ = row;
  what_is_wrong_ = what;
}

} // namespace blockspin::stages
