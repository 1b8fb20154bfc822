#include "blockspin/deck/codec.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

namespace blockspin::deck {

namespace {

/// A value as a message shows it: of a very long one the beginning.
std::string quoted(std::string_view text) {
  constexpr std::size_t most = 200;
  if (text.size() <= most) return "'" + std::string(text) + "'";
  return "'" + std::string(text.substr(0, most)) + "...' (" + std::to_string(text.size()) + " characters)";
}

/// from_chars over the whole text; junk and overflow are told apart.
template <class T>
T parse_whole_text(std::string_view text, const char* kind, const std::string& allowed) {
  T value{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code == std::errc::result_out_of_range) throw BadValue{quoted(text) + " is out of range", allowed};
  if (code != std::errc{} || end != text.data() + text.size())
    throw BadValue{quoted(text) + " is not a " + kind, allowed};
  return value;
}

constexpr std::size_t most_range_values = 1000000;

template <class T>
std::vector<T> first_to_last(T first, T step, double n_steps) {
  if (n_steps + 1.0 > static_cast<double>(most_range_values))
    throw BadValue{"range of more than a million values", "at most 1000000 values"};
  std::vector<T> values;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(n_steps); ++i)
    values.push_back(first + static_cast<T>(i) * step);
  return values;
}

/// Digits behind the decimal point; `none` where the text has an exponent.
int n_decimals(std::string_view text, int none) {
  if (text.find_first_of("eE") != std::string_view::npos) return none;
  const auto point = text.find('.');
  return point == std::string_view::npos ? 0 : static_cast<int>(text.size() - point - 1);
}

/// The double nearest to the decimal number with so many digits behind the point that `value` was meant as.
double as_decimal(double value, int decimals) {
  const double scale = std::pow(10.0, decimals), whole = std::round(value * scale);
  return std::abs(whole) < 1e15 ? whole / scale : value;
}

const char* const range_form = "first:last:step, first <= last, step > 0 and dividing last - first";

std::vector<std::string> range_pieces(std::string_view text) {
  auto pieces = split(text, ':');
  if (pieces.size() != 3) throw BadValue{quoted(text) + " is not a range", range_form};
  return pieces;
}

} // namespace

std::int64_t parse_signed(std::string_view text, std::int64_t least, std::int64_t most) {
  const std::string allowed = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  const auto value = parse_whole_text<std::int64_t>(text, "whole number", allowed);
  if (value < least || value > most) throw BadValue{quoted(text) + " is out of range", allowed};
  return value;
}

std::uint64_t parse_unsigned(std::string_view text, std::uint64_t most) {
  const bool widest = most == std::numeric_limits<std::uint64_t>::max();
  const std::string allowed =
      "a whole number " + (widest ? std::string(">= 0") : "from 0 to " + std::to_string(most));
  if (text.starts_with('-')) throw BadValue{quoted(text) + " is negative or no whole number", allowed};
  const auto value = parse_whole_text<std::uint64_t>(text, "whole number", allowed);
  if (value > most) throw BadValue{quoted(text) + " is out of range", allowed};
  return value;
}

double parse_number(std::string_view text, bool infinite_allowed) {
  const std::string allowed = infinite_allowed ? "a number, or inf" : "a finite number";
  if (infinite_allowed && text == "inf") return std::numeric_limits<double>::infinity();
  const auto value = parse_whole_text<double>(text, "number", allowed);
  if (!std::isfinite(value)) throw BadValue{quoted(text) + " is not finite", allowed};
  return value == 0.0 ? 0.0 : value; // -0 is a way to write 0
}

bool parse_switch(std::string_view text) {
  if (text == "on") return true;
  if (text == "off") return false;
  throw BadValue{quoted(text) + " is neither on nor off", "on, off"};
}

std::size_t parse_choice(std::string_view text, std::span<const std::string> names) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end())
    throw BadValue{quoted(text) + " is unknown", joined(names, ", "), nearest(text, names)};
  return static_cast<std::size_t>(found - names.begin());
}

std::vector<double> parse_range(std::string_view text, bool infinite_allowed) {
  if (text.find(':') == std::string_view::npos) return {parse_number(text, infinite_allowed)};
  const auto pieces = range_pieces(text);
  const double first = parse_number(pieces[0]), last = parse_number(pieces[1]),
               step = parse_number(pieces[2]);
  const double steps = (last - first) / step;
  const double tolerance = 1e-9 * std::max(1.0, std::abs(steps));
  if (!(step > 0.0) || !(first <= last)) throw BadValue{quoted(text) + " is not a range", range_form};
  if (!(std::abs(steps - std::round(steps)) <= tolerance))
    throw BadValue{"the step of " + quoted(text) + " does not divide it", range_form};
  auto values = first_to_last(first, step, std::round(steps));
  constexpr int too_many = 16;
  const int decimals = std::max(n_decimals(pieces[0], too_many), n_decimals(pieces[2], too_many));
  if (decimals < too_many)
    for (double& value : values) value = as_decimal(value, decimals);
  return values;
}

std::vector<std::uint64_t> parse_unsigned_range(std::string_view text, std::uint64_t most) {
  if (text.find(':') == std::string_view::npos) return {parse_unsigned(text, most)};
  const auto pieces = range_pieces(text);
  const auto first = parse_unsigned(pieces[0], most), last = parse_unsigned(pieces[1], most),
             step = parse_unsigned(pieces[2], most);
  if (step == 0 || first > last) throw BadValue{quoted(text) + " is not a range", range_form};
  if ((last - first) % step != 0)
    throw BadValue{"the step of " + quoted(text) + " does not divide it", range_form};
  return first_to_last(first, step, static_cast<double>((last - first) / step));
}

std::vector<std::string> parse_pieces(std::string_view text) {
  auto pieces = split(text, ',');
  if (pieces.empty()) throw BadValue{"the list is empty", "values separated by commas"};
  for (const std::string& piece : pieces)
    if (piece.empty()) throw BadValue{"the list has an empty element", "values separated by commas"};
  return pieces;
}

std::string parse_string(std::string_view text) {
  const bool opens = text.starts_with('"'), closes = text.size() > 1 && text.ends_with('"');
  if (opens != closes)
    throw BadValue{quoted(text) + " has a quotation mark at one end only",
                   "text; # begins a comment, always"};
  const bool single = text.size() > 1 && text.starts_with('\'') && text.ends_with('\'');
  return std::string(opens || single ? text.substr(1, text.size() - 2) : text);
}

Extents parse_extents(std::string_view text) {
  Extents extents;
  for (const std::string& piece : split(text, 'x')) {
    const auto value = parse_whole_text<std::uint64_t>(piece, "whole number", Codec<Extents>::allowed());
    if (value == 0) throw BadValue{quoted(text) + " has an extent of 0", Codec<Extents>::allowed()};
    extents.values.push_back(value);
  }
  double product = 1.0;
  for (const auto value : extents.values) product *= static_cast<double>(value);
  if (product > 1e15) throw BadValue{quoted(text) + " is out of range", "at most 10^15 sites"};
  return extents;
}

std::string extents_text(const Extents& extents) {
  std::vector<std::string> pieces;
  for (const auto value : extents.values) pieces.push_back(std::to_string(value));
  return joined(pieces, "x");
}

Temperatures parse_temperatures(std::string_view text) {
  Temperatures temperatures;
  auto& values = temperatures.values;
  for (const std::string& piece : parse_pieces(text))
    for (const double value : parse_range(piece, true)) values.push_back(value);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] < 0.0)
      throw BadValue{"temperature " + format_number(values[i]) + " is negative",
                     Codec<Temperatures>::allowed()};
    if (!is_temperature(values[i]))
      throw BadValue{"temperature " + format_number(values[i]) + " is out of range", all_temperatures};
    if (i > 0 && !(values[i] - values[i - 1] > temperature_tolerance))
      throw BadValue{"temperature " + format_number(values[i]) + " follows " + format_number(values[i - 1]),
                     Codec<Temperatures>::allowed()};
  }
  return temperatures;
}

std::string numbers_text(std::span<const double> values) {
  std::vector<std::string> pieces;
  for (const double value : values) pieces.push_back(format_number(value));
  return joined(pieces, ", ");
}

} // namespace blockspin::deck
