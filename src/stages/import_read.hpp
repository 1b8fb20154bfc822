#pragma once
// From the numbers of a file to the group of an import.

#include <optional>
#include <vector>

#include "blockspin/campaign/context.hpp"
#include "blockspin/campaign/model.hpp"
#include "blockspin/stages/import.hpp"

namespace blockspin::stages {

/// Numbers that a rank holds at once, as double.
inline constexpr double import_step_bytes = 1 << 25;

struct ImportSource {
  const tables::Table& table;
  ImportLayout layout;
  ImportEncoding encoding;
  std::vector<std::uint64_t> order; ///< row of the file at each place of the archive; empty: as they come
  std::vector<double> temperatures; ///< or none
  std::optional<campaign::ModelDeck> model;

  std::uint64_t row_of(std::uint64_t place) const { return order.empty() ? place : order[place]; }
};

/// Reads every configuration, each rank its part, a slab at a time with a safe point between, and writes and
/// commits the group. The first row of the file that holds a wrong value ends it by an agreed
/// ErrorKind::archive. Collective.
void import_configurations(campaign::Context& context, const ImportSource& source);

} // namespace blockspin::stages
