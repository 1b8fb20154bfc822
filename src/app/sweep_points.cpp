#include "sweep_points.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/deck/codec.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::app {

namespace {

[[noreturn]] void usage(const std::string& what) { throw Error(ErrorKind::usage, what, "--over"); }

/// Letters, digits, points, signs and underlines stay; all else becomes a minus.
std::string as_name(const std::string& text) {
  std::string name = text;
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0 && c != '.' && c != '+' && c != '_'; }, '-');
  return name;
}

std::string last_word(const std::string& path) { return path.substr(path.rfind('.') + 1); }

/// What names a point; keys of the same last word have their whole path.
std::string name_of(const std::vector<SweepKey>& keys, const std::vector<std::string>& values) {
  std::string name;
  for (std::size_t k = 0; k < keys.size(); ++k) {
    const auto same = [&](const SweepKey& key) { return last_word(key.path) == last_word(keys[k].path); };
    const bool alone = std::ranges::count_if(keys, same) == 1;
    name +=
        (k == 0 ? "" : "_") + as_name(alone ? last_word(keys[k].path) : keys[k].path) + as_name(values[k]);
  }
  return name;
}

std::size_t number_of_points(const std::vector<SweepKey>& keys, bool zip) {
  constexpr std::size_t most = 100'000;
  std::size_t n = zip ? keys.front().values.size() : 1;
  for (const SweepKey& key : keys) {
    if (zip && key.values.size() != n)
      usage("with --zip every key must have as many values; " + key.path + " has " +
            std::to_string(key.values.size()) + ", " + keys.front().path + " " + std::to_string(n));
    if (!zip) n *= key.values.size();
    if (n > most) usage("more than " + std::to_string(most) + " points");
  }
  return n;
}

/// "1:5:1", and not "energy:0.1": whether all that colons part are numbers.
bool is_range(const std::string& text) {
  const auto pieces = split(text, ':');
  return pieces.size() > 1 && std::ranges::all_of(pieces, [](const std::string& piece) {
           try {
             deck::parse_number(piece);
             return true;
           } catch (const deck::BadValue&) {
             return false;
           }
         });
}

} // namespace

SweepKey read_sweep_key(const std::string& option) {
  const auto equals = option.find('=');
  SweepKey key{trimmed(option.substr(0, equals)), {}};
  if (equals == std::string::npos || key.path.find('.') == std::string::npos)
    usage("'" + option + "' is not of the form section.key=values");
  const std::string text = trimmed(option.substr(equals + 1));
  const bool of_lists = text.find('|') != std::string::npos;
  for (const std::string& piece : split(text, of_lists ? '|' : ',')) {
    if (of_lists || !is_range(piece)) {
      key.values.push_back(piece);
      continue;
    }
    try {
      for (const double value : deck::parse_range(piece)) key.values.push_back(format_number(value));
    } catch (const deck::BadValue& bad) {
      usage("'" + option + "': " + bad.what);
    }
  }
  if (key.values.empty()) usage("'" + option + "' gives no value");
  return key;
}

std::vector<SweepPoint> combine(const std::vector<SweepKey>& keys, bool zip) {
  std::vector<SweepPoint> points;
  std::set<std::string> names;
  const std::size_t n = number_of_points(keys, zip);
  for (std::size_t i = 0; i < n; ++i) {
    SweepPoint point;
    std::size_t rest = i;
    for (std::size_t k = keys.size(); k-- > 0;) {
      const std::size_t n_values = keys[k].values.size();
      point.values.insert(point.values.begin(), keys[k].values[zip ? i : rest % n_values]);
      rest /= n_values;
    }
    point.name = name_of(keys, point.values);
    if (!names.insert(point.name).second) usage("two points would have the same name, " + point.name);
    points.push_back(std::move(point));
  }
  return points;
}

std::uint64_t derived_seed(std::uint64_t seed, const std::vector<SweepKey>& keys, const SweepPoint& point) {
  std::string text = std::to_string(seed);
  for (std::size_t k = 0; k < keys.size(); ++k) text += ";" + keys[k].path + "=" + point.values[k];
  return rng::instance_number(text);
}

} // namespace blockspin::app
