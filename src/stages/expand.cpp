#include "expand.hpp"

#include <algorithm>
#include <map>

#include "blockspin/base/text.hpp"
#include "blockspin/stages/registry.hpp"

namespace blockspin::stages {

namespace {

using Coordinates = std::map<std::string, std::string>; // scanning group -> suffix

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
  explicit Expander(deck::Problems& problems) : problems_(problems) {}

  Expanded operator()(const deck::Section& section) {
    const Kind* kind = find_kind(section.stage);
    if (kind == nullptr) return {{section}};
    std::vector<Instance> instances = scan(*kind, section);
    for (const deck::KeyInfo& key : kind->schema->keys())
      if (!key.refers_to.empty()) instances = follow(key, std::move(instances));
    Expanded result;
    for (Instance& instance : instances) {
      if (!instance.coordinates.empty())
        known_["/" + section.stage + "/" + section.name].push_back(instance.coordinates);
      instance.section.name = suffixed(section.name, instance.coordinates);
      result.instances.push_back(std::move(instance.section));
    }
    return result;
  }

private:
  /// The section's own scan.
  std::vector<Instance> scan(const Kind& kind, const deck::Section& section) {
    const auto variants = kind.expand ? kind.expand(section, problems_) : std::vector<Variant>{};
    deck::Section plain = section;
    std::erase_if(plain.entries, [&](const deck::Entry& entry) {
      return std::find(kind.scan_keys.begin(), kind.scan_keys.end(), entry.key) != kind.scan_keys.end();
    });
    if (variants.empty()) return {{plain, {}}};
    std::vector<Instance> instances;
    for (const Variant& variant : variants) {
      Instance instance{plain, {{"/" + section.stage + "/" + section.name, variant.suffix}}};
      for (const auto& [key, value] : variant.values) set(instance.section, key, value, section.place);
      instances.push_back(std::move(instance));
    }
    return instances;
  }

  /// Joins the instances with those the reference key leads to.
  std::vector<Instance> follow(const deck::KeyInfo& key, std::vector<Instance> instances) {
    std::vector<Instance> joined_instances;
    for (Instance& instance : instances) {
      const deck::Entry* entry = instance.section.find(key.name);
      const std::string name = entry != nullptr ? entry->value : key.default_text;
      const auto targets = known_.find("/" + key.refers_to + "/" + name);
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

  deck::Problems& problems_;
  std::map<std::string, std::vector<Coordinates>> known_; // group as written -> its instances
};

} // namespace

std::vector<Expanded> expand(const std::vector<deck::Section>& sections, deck::Problems& problems) {
  std::vector<Expanded> all;
  Expander expander(problems);
  for (const deck::Section& section : sections) all.push_back(expander(section));
  return all;
}

} // namespace blockspin::stages
