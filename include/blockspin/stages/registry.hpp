#pragma once
// Every kind of stage, one row each.

#include <functional>
#include <memory>
#include <span>

#include "blockspin/stages/stage.hpp"

namespace blockspin::stages {

/// One variant of a section that stands for several: the suffix of its name, and the keys it sets.
struct Variant {
  std::string suffix;
  std::vector<std::pair<std::string, std::string>> values;
};

struct Kind {
  const deck::AnySchema* schema;
  std::function<std::unique_ptr<Stage>(const deck::Section&, deck::Problems&)> make;
  /// Scan keys: the variants a section stands for (none: only itself). Each becomes an instance `name_suffix`
  /// without the keys named in `scan_keys`; references to the name follow all of them.
  std::function<std::vector<Variant>(const deck::Section&, deck::Problems&)> expand = nullptr;
  std::vector<std::string> scan_keys = {};
};

/// The row of stage class S.
template <class S>
Kind kind_of() {
  const auto& schema = S::schema();
  return {&schema,
          [&schema](const deck::Section& section, deck::Problems& problems) -> std::unique_ptr<Stage> {
            return std::make_unique<S>(section, schema, schema.read(section, problems));
          }};
}

std::span<const Kind> kinds();
/// Adds a row: for programs that test the frame with stages of their own, before any deck is read.
void add_kind(Kind kind);
/// The row of a section's stage, or null.
const Kind* find_kind(const std::string& stage);

} // namespace blockspin::stages
