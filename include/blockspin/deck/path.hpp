#pragma once
// A deck key's value that is the path of a file.

#include <string>
#include <string_view>
#include <utility>

#include "blockspin/deck/codec.hpp"

namespace blockspin::deck {

/// Of a file that is read, relative to the deck's folder. The type of a key says that it names one.
struct Path : std::string {
  Path() = default;
  explicit Path(std::string text) : std::string(std::move(text)) {}
};

template <>
struct Codec<Path> {
  static Path parse(std::string_view text) { return Path(parse_string(text)); }
  static std::string text(const Path& value) { return value; }
  static std::string type() { return "path"; }
  static std::string allowed() { return "text"; }
};

} // namespace blockspin::deck
