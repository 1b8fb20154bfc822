#pragma once
// A deck as text: sections of keys and values with the place of each, before anybody asks what they mean.

#include <span>
#include <string>
#include <vector>

#include "blockspin/deck/problem.hpp"

namespace blockspin::deck {

/// One `key = value`.
struct Entry {
  std::string key;
  std::string value;
  Place place;
};

/// One `[stage.name]` and what stands below it; the name is `main` where the deck gives none.
struct Section {
  std::string stage;
  std::string name;
  Place place;
  std::vector<Entry> entries;

  /// "stage.name", the form messages use ("stage" alone where the deck wrote no name).
  std::string label() const { return name == "main" ? stage : stage + "." + name; }
  const Entry* find(std::string_view key) const;
};

struct Document {
  std::string path;                   ///< as the user gave it
  std::string text;                   ///< the deck, byte for byte
  std::vector<std::string> overrides; ///< the --set options, in order
  std::vector<Section> sections;

  Section* find(std::string_view stage, std::string_view name);
  const Section* find(std::string_view stage, std::string_view name) const;
};

/// Reads INI text through Boost.Program_options. Lines that are no INI, repeated sections and repeated keys
/// go to `problems`; what can be read is returned all the same. Local.
Document parse(const std::string& path, const std::string& text, Problems& problems);

/// Applies `section.key=value` options in order: a value replaces the deck's, or is added to a section that
/// stands in the deck or whose stage is one of `always` (sections that need not be written). Throws
/// ErrorKind::usage where an option is not of that form.
void apply_overrides(Document& document, std::span<const std::string> options,
                     std::span<const std::string> always, Problems& problems);

/// The bytes of a file; throws ErrorKind::deck naming it where it cannot be read. Local.
std::string read_text(const std::string& path);

} // namespace blockspin::deck
