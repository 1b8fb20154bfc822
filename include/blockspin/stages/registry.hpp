#pragma once
// Every kind of stage, one row each.

#include <functional>
#include <memory>
#include <span>

#include "blockspin/stages/stage.hpp"

namespace blockspin::stages {

///

struct Kind {
  const deck::AnySchema* schema;
  std::function<std::unique_ptr<Stage>(const deck::Section&, deck::Problems&)> make;
  ///
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
