#include "blockspin/deck/schema.hpp"

#include <charconv>

namespace blockspin::deck {

std::pair<std::size_t, std::string> split_layer(const std::string& key) {
  constexpr std::string_view prefix = "layer_";
  const auto dot = key.find('.');
  if (!key.starts_with(prefix) || dot == std::string::npos) return {0, key};
  std::size_t layer = 0;
  const char* const last = key.data() + dot;
  const auto [end, code] = std::from_chars(key.data() + prefix.size(), last, layer);
  if (code != std::errc{} || end != last || layer == 0) return {0, key};
  return {layer, key.substr(dot + 1)};
}

Problem unknown_key(const Section& section, const Entry& entry, const std::vector<KeyInfo>& keys) {
  const auto [layer, key] = split_layer(entry.key);
  const std::string prefix = layer == 0 ? "" : entry.key.substr(0, entry.key.size() - key.size());
  std::vector<std::string> names;
  for (const KeyInfo& info : keys)
    if (layer == 0 || info.per_layer) names.push_back(prefix + info.name);
  return {entry.place, section.label() + "." + entry.key, "is not a key of [" + section.stage + "]",
          joined(names, ", "), nearest(entry.key, names)};
}

} // namespace blockspin::deck
