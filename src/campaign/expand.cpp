#include "expand.hpp"

#include <algorithm>
#include <map>

#include "blockspin/base/text.hpp"

namespace blockspin::campaign {

namespace {

constexpr std::size_t most_instances = 1000; // of one scan: more is a slip

using Coordinates = std::map<std::string, std::string>; // scanning group and key -> suffix

std::string suffixed(const std::string& name, const Coordinates& coordinates) {
  std::string result = name;
  for (const auto& [scan, suffix] : coordinates) result += "_" + suffix;
  return result;
}

void set(deck::Section& section, const std::string& key, const std::string& value, const deck::Place& place) {
  for (deck::Entry& entry : section.entries)
    if (entry.key == key) return void(entry.value = value);
  section.entries.push_back({key, value, place});
}

/// An instance on its way: its section and where it stands among the scans.
struct Instance {
  deck::Section section;
  Coordinates coordinates;
};

class Expander {
public:
  Expander(std::span<const Kind> kinds, deck::Problems& problems) : kinds_(kinds), problems_(problems) {}

  Expanded operator()(const deck::Section& section) {
    const Kind* kind = find_kind(kinds_, section.stage);
    if (kind == nullptr) return {{section}};
    std::vector<Instance> instances{{section, {}}};
    for (const deck::KeyInfo& key : kind->schema->keys()) {
      if (!key.scans.empty() || key.counts_copies) instances = scan(key, section, std::move(instances));
      if (!key.refers_to.empty()) instances = follow(key, std::move(instances));
    }
    Expanded result;
    for (Instance& instance : instances) {
      if (!instance.coordinates.empty())
        known_[kind->provides + " " + section.name].push_back(instance.coordinates);
      instance.section.name = suffixed(section.name, instance.coordinates);
      result.instances.push_back(std::move(instance.section));
    }
    return result;
  }

private:
  /// Multiplies the instances by what a scan key asks for. A value that cannot be read stays, to be reported.
  std::vector<Instance> scan(const deck::KeyInfo& key, const deck::Section& section,
                             std::vector<Instance> instances) {
    const deck::Entry* entry = section.find(key.name);
    if (entry == nullptr) return instances;
    if (!key.scans.empty() && section.find(key.scans) != nullptr) {
      problems_.add({entry->place,
                     section.label() + "." + key.name,
                     "and " + key.scans + " exclude each other",
                     {},
                     {}});
      return instances;
    }
    auto values = scan_values(key, entry->value);
    if (values.size() > most_instances) {
      problems_.add({entry->place,
                     section.label() + "." + key.name,
                     "stands for " + std::to_string(values.size()) + " instances",
                     "at most " + std::to_string(most_instances),
                     {}});
      values.resize(1);
    }
    if (values.empty()) return instances;
    std::vector<Instance> scanned;
    for (const Instance& instance : instances)
      for (const std::string& value : values) scanned.push_back(variant(instance, key, value, *entry));
    return scanned;
  }

  static Instance variant(Instance instance, const deck::KeyInfo& key, const std::string& value,
                          const deck::Entry& entry) {
    auto& section = instance.section;
    const std::string suffix = key.suffix + value;
    instance.coordinates["/" + section.stage + "/" + section.name + " " + key.name] = suffix;
    std::erase_if(section.entries, [&](const deck::Entry& other) { return other.key == key.name; });
    if (!key.scans.empty()) section.entries.push_back({key.scans, value, entry.place});
    return instance;
  }

  /// The texts of a scan's values; none where the key's own type will complain.
  static std::vector<std::string> scan_values(const deck::KeyInfo& key, const std::string& text) {
    std::vector<std::string> values;
    try {
      if (key.counts_copies) {
        const std::uint64_t n = deck::parse_unsigned(text, most_instances);
        for (std::uint64_t i = 1; i <= n; ++i) values.push_back(std::to_string(i));
      } else {
        for (const double value : deck::Codec<std::vector<double>>::parse(text))
          values.push_back(format_number(value));
      }
    } catch (const deck::BadValue&) {
      return {};
    }
    return values;
  }

  /// Joins the instances with those the reference key leads to.
  std::vector<Instance> follow(const deck::KeyInfo& key, std::vector<Instance> instances) {
    std::vector<Instance> joined_instances;
    for (Instance& instance : instances) {
      const deck::Entry* entry = instance.section.find(key.name);
      const std::string name = entry != nullptr ? entry->value : key.default_text;
      const auto targets = known_.find(key.refers_to + " " + name);
      if (targets == known_.end()) {
        joined_instances.push_back(std::move(instance));
        continue;
      }
      for (const Coordinates& target : targets->second) {
        Instance follower = instance;
        follower.coordinates.insert(target.begin(), target.end());
        const bool agree = std::all_of(target.begin(), target.end(), [&](const auto& coordinate) {
          return follower.coordinates.at(coordinate.first) == coordinate.second;
        });
        if (!agree) continue;
        set(follower.section, key.name, suffixed(name, target), instance.section.place);
        joined_instances.push_back(std::move(follower));
      }
    }
    return joined_instances;
  }

  std::span<const Kind> kinds_;
  deck::Problems& problems_;
  std::map<std::string, std::vector<Coordinates>>
      known_; // what is provided and its name as written -> its instances
};

} // namespace

std::vector<Expanded> expand(const std::vector<deck::Section>& sections, std::span<const Kind> kinds,
                             deck::Problems& problems) {
  std::vector<Expanded> all;
  Expander expander(kinds, problems);
  for (const deck::Section& section : sections) all.push_back(expander(section));
  return all;
}

} // namespace blockspin::campaign
