#pragma once
// Text to value and back, one specialisation a type. Strict: trailing junk, wrong
// signs and overflow are errors.
// A type of your own becomes a deck type by a specialisation of Codec with the same four functions, or, for
// an enum whose enumerators count from 0, by a function `std::vector<std::string> choice_names(MyEnum)`
// beside it that names them in order (the first is the default).

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "blockspin/base/text.hpp"
#include "blockspin/deck/values.hpp"

namespace blockspin::deck {

/// A text that is no value of the type; becomes a Problem with the place and key of the entry.
struct BadValue {
  std::string what;
  std::string allowed;
  std::string nearest = {};
};

template <class T>
struct Codec;

template <class T>
concept Choice = std::is_enum_v<T> && requires(T value) {
  { choice_names(value) } -> std::convertible_to<std::vector<std::string>>;
};

// The workers behind the templates; they throw BadValue.
std::int64_t parse_signed(std::string_view text, std::int64_t least, std::int64_t most);
std::uint64_t parse_unsigned(std::string_view text, std::uint64_t most);
double parse_number(std::string_view text, bool infinite_allowed = false);
bool parse_switch(std::string_view text);
std::size_t parse_choice(std::string_view text, std::span<const std::string> names);
/// One list element: a number, or a range `first:last:step` with both ends included. n <= 10^6. The values of a
/// range are those that the deck would have if it listed them: 0.3, and not 0 + 3 * 0.1.
std::vector<double> parse_range(std::string_view text, bool infinite_allowed = false);
std::vector<std::uint64_t> parse_unsigned_range(std::string_view text, std::uint64_t most);
Extents parse_extents(std::string_view text);
Temperatures parse_temperatures(std::string_view text);
/// The text itself; quotation marks around the whole of it do not belong to it.
std::string parse_string(std::string_view text);
std::string extents_text(const Extents& extents);
std::string numbers_text(std::span<const double> values);
/// Comma separated pieces; an empty piece or list is a BadValue.
std::vector<std::string> parse_pieces(std::string_view text);

template <>
struct Codec<bool> {
  static bool parse(std::string_view text) { return parse_switch(text); }
  static std::string text(bool value) { return value ? "on" : "off"; }
  static std::string type() { return "switch"; }
  static std::string allowed() { return "on, off"; }
};

template <std::integral T>
struct Codec<T> {
  static constexpr T most = std::numeric_limits<T>::max();
  static T parse(std::string_view text) {
    if constexpr (std::is_signed_v<T>)
      return static_cast<T>(parse_signed(text, std::numeric_limits<T>::min(), most));
    else
      return static_cast<T>(parse_unsigned(text, most));
  }
  static std::vector<T> parse_items(std::string_view text) requires std::is_unsigned_v<T> {
    const auto wide = parse_unsigned_range(text, most);
    return std::vector<T>(wide.begin(), wide.end());
  }
  static std::string text(T value) { return std::to_string(value); }
  static std::string type() { return "whole number"; }
  static std::string allowed() { return std::is_signed_v<T> ? "a whole number" : "a whole number >= 0"; }
};

template <>
struct Codec<double> {
  static double parse(std::string_view text) { return parse_number(text); }
  static std::vector<double> parse_items(std::string_view text) { return parse_range(text); }
  static std::string text(double value) { return format_number(value); }
  static std::string type() { return "number"; }
  static std::string allowed() { return "a finite number"; }
};

template <>
struct Codec<std::string> {
  static std::string parse(std::string_view text) { return parse_string(text); }
  static std::string text(const std::string& value) { return value; }
  static std::string type() { return "text"; }
  static std::string allowed() { return "text"; }
};

template <Choice T>
struct Codec<T> {
  static T parse(std::string_view text) { return static_cast<T>(parse_choice(text, choice_names(T{}))); }
  static std::string text(T value) { return choice_names(T{})[static_cast<std::size_t>(value)]; }
  static std::string type() { return "choice"; }
  static std::string allowed() { return joined(choice_names(T{}), ", "); }
};

/// `auto` is the empty optional.
template <class T>
struct Codec<std::optional<T>> {
  static std::optional<T> parse(std::string_view text) {
    if (text == "auto") return std::nullopt;
    try {
      return Codec<T>::parse(text);
    } catch (BadValue& bad) {
      bad.allowed = "auto, or " + bad.allowed;
      throw;
    }
  }
  static std::string text(const std::optional<T>& value) { return value ? Codec<T>::text(*value) : "auto"; }
  static std::string type() { return Codec<T>::type(); }
  static std::string allowed() {
    return (std::is_same_v<T, bool> ? "auto, " : "auto, or ") + Codec<T>::allowed();
  }
};

template <class T>
struct Codec<std::vector<T>> {
  static std::vector<T> parse(std::string_view text) {
    std::vector<T> values;
    for (const std::string& piece : parse_pieces(text)) {
      if constexpr (requires { Codec<T>::parse_items(piece); }) {
        for (const T& item : Codec<T>::parse_items(piece)) values.push_back(item);
      } else {
        values.push_back(Codec<T>::parse(piece));
      }
    }
    return values;
  }
  static std::string text(const std::vector<T>& values) {
    std::vector<std::string> pieces;
    for (const T& value : values) pieces.push_back(Codec<T>::text(value));
    return joined(pieces, ", ");
  }
  static std::string type() { return "list of " + Codec<T>::type(); }
  static std::string allowed() { return "a comma separated list, each " + Codec<T>::allowed(); }
};

template <>
struct Codec<Extents> {
  static Extents parse(std::string_view text) { return parse_extents(text); }
  static std::string text(const Extents& value) { return extents_text(value); }
  static std::string type() { return "extents"; }
  static std::string allowed() { return "whole numbers >= 1 joined by x, such as 32x32"; }
};

template <>
struct Codec<Temperatures> {
  static Temperatures parse(std::string_view text) { return parse_temperatures(text); }
  static std::string text(const Temperatures& value) { return numbers_text(value.values); }
  static std::string type() { return "list of temperatures"; }
  static std::string allowed() {
    return "temperatures >= 0, strictly increasing; inf; ranges first:last:step";
  }
};

} // namespace blockspin::deck
