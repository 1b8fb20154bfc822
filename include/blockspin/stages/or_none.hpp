#pragma once
// A deck key's value that may be `none`.

#include <optional>
#include <string>
#include <string_view>

#include "blockspin/deck/codec.hpp"

namespace blockspin::stages {

/// A value that a deck may do without, `none`.
template <class T>
struct OrNone : std::optional<T> {
  using std::optional<T>::optional;
};

} // namespace blockspin::stages

template <class T>
struct blockspin::deck::Codec<blockspin::stages::OrNone<T>> {
  using Value = blockspin::stages::OrNone<T>;
  static Value parse(std::string_view text) {
    return text == "none" ? Value() : Value(Codec<T>::parse(text));
  }
  static std::string text(const Value& value) { return value ? Codec<T>::text(*value) : "none"; }
  static std::string type() { return Codec<T>::type(); }
  static std::string allowed() { return "none, or " + Codec<T>::allowed(); }
};
