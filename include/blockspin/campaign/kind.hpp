#pragma once
// One kind of stage, as the program's list of kinds has it.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "blockspin/archive/archive.hpp"
#include "blockspin/archive/layout.hpp"
#include "blockspin/campaign/stage.hpp"

namespace blockspin::campaign {

/// What the frame knows of a kind of stage.
struct Kind {
  const deck::AnySchema* schema;      ///< the section's name and keys
  std::vector<archive::Row> rows;     ///< every dataset it writes
  std::vector<rng::StreamId> streams; ///< purposes of the random numbers it draws
  std::string provides; ///< what its groups are to other stages ("ensemble", "machine"); empty: nothing
  std::function<std::unique_ptr<Stage>(const deck::Section&, deck::Problems&)> make;
  /// What was found, in one line, from a group of the archive; empty: nothing to tell. Collective.
  std::function<std::string(const archive::Archive&, const std::string& group)> results;
};

/// The row of stage class S: its schema(), its rows(), and where it has them its streams(), `provides` and results().
template <class S>
Kind kind_of() {
  const auto& schema = S::schema();
  std::string provides;
  if constexpr (requires { S::provides; }) provides = S::provides;
  std::vector<rng::StreamId> streams;
  if constexpr (requires { S::streams(); }) streams = S::streams();
  std::function<std::string(const archive::Archive&, const std::string&)> results;
  if constexpr (requires { S::results; }) results = S::results;
  return {&schema,
          S::rows(),
          streams,
          provides,
          [&schema](const deck::Section& section, deck::Problems& problems) -> std::unique_ptr<Stage> {
            return std::make_unique<S>(section, schema, schema.read(section, problems));
          },
          results};
}

/// The kind of a section's stage, or null. Local.
const Kind* find_kind(std::span<const Kind> kinds, const std::string& stage);
/// The sections that provide something, for messages: "[sample] or [import]". Local.
std::string providers_of(std::span<const Kind> kinds, const std::string& what);
/// Names that no stage may have, since a key means something else by them: auto, none, bond, ... Local.
std::vector<std::string> reserved_names(std::span<const Kind> kinds);

} // namespace blockspin::campaign
