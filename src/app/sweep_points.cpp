#include "sweep_points.hpp"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <set>

#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/read_plan.hpp"
#include "blockspin/deck/codec.hpp"
#include "blockspin/deck/rewrite.hpp"
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

/// A file beside the deck, which the deck of a point must find from another folder.
bool is_beside(const std::string& deck_path, const std::string& value) {
  std::error_code none;
  return !value.empty() && value.front() != '/' &&
         std::filesystem::is_regular_file(std::filesystem::path(deck_path).parent_path() / value, none);
}

std::string quoted(const std::string& field) {
  return field.find(',') == std::string::npos ? field : "\"" + field + "\"";
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
    if (of_lists || piece.find(':') == std::string::npos) {
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
    if (!names.insert(point.name).second) usage("two points would be the same: " + point.name);
    points.push_back(std::move(point));
  }
  return points;
}

std::uint64_t derived_seed(std::uint64_t seed, const std::vector<SweepKey>& keys, const SweepPoint& point) {
  std::string text = std::to_string(seed);
  for (std::size_t k = 0; k < keys.size(); ++k) text += ";" + keys[k].path + "=" + point.values[k];
  return rng::instance_number(text) >> 11;
}

std::string deck_of(const deck::Document& document, const std::vector<SweepKey>& keys,
                    const SweepPoint& point, std::uint64_t seed, deck::Problems& problems) {
  std::vector<std::string> options;
  for (const deck::Section& section : document.sections)
    for (const deck::Entry& entry : section.entries)
      if (is_beside(document.path, entry.value)) {
        const auto folder = std::filesystem::absolute(document.path).parent_path();
        options.push_back(section.stage + "." + section.name + "." + entry.key + "=" +
                          (folder / entry.value).string());
      }
  options.push_back("campaign.archive=" + point.name + ".h5");
  options.push_back("campaign.seed=" + std::to_string(seed));
  for (std::size_t k = 0; k < keys.size(); ++k) options.push_back(keys[k].path + "=" + point.values[k]);
  return deck::rewritten(document, options, campaign::sections_always_there(), problems);
}

std::string table_of(const std::vector<SweepKey>& keys, const std::vector<SweepPoint>& points,
                     const std::vector<std::uint64_t>& seeds) {
  std::string text = "point,deck,archive,seed";
  for (const SweepKey& key : keys) text += "," + key.path;
  text += "\n";
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::string& name = points[i].name;
    text += name + "," + name + ".ini," + name + ".h5," + std::to_string(seeds[i]);
    for (const std::string& value : points[i].values) text += "," + quoted(value);
    text += "\n";
  }
  return text;
}

} // namespace blockspin::app
