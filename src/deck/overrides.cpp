#include <algorithm>

#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/deck/document.hpp"

namespace blockspin::deck {

namespace {

const Place command_line{"--set", 0};

/// Which section "rbm.deep.layer_2.l1" means, and the key in it: a section that stands in the deck under
/// stage and name; else the nameless section of the stage.
struct Target {
  std::string stage, name, key;
};

Target target_of(const Document& document, const std::string& path) {
  const auto first = path.find('.'), second = path.find('.', first + 1);
  const std::string stage = path.substr(0, first);
  if (second != std::string::npos) {
    const std::string name = path.substr(first + 1, second - first - 1);
    const bool names_layer = name.starts_with("layer_") && document.find(stage, name) == nullptr;
    if (!names_layer) return {stage, name, path.substr(second + 1)};
  }
  return {stage, "main", path.substr(first + 1)};
}

void apply(Document& document, const Target& target, const std::string& value,
           std::span<const std::string> always, Problems& problems) {
  Section* section = document.find(target.stage, target.name);
  if (section == nullptr && target.name == "main" &&
      std::find(always.begin(), always.end(), target.stage) != always.end()) {
    document.sections.push_back({target.stage, "main", command_line, {}});
    section = &document.sections.back();
  }
  if (section == nullptr) {
    std::vector<std::string> labels(always.begin(), always.end());
    for (const Section& known : document.sections)
      if (std::find(always.begin(), always.end(), known.stage) == always.end())
        labels.push_back(known.label());
    const std::string label = Section{target.stage, target.name, {}, {}}.label();
    problems.add({command_line, label + "." + target.key, "the deck has no such section",
                  joined(labels, ", "), nearest(label, labels)});
    return;
  }
  const auto found = std::find_if(section->entries.begin(), section->entries.end(),
                                  [&](const Entry& entry) { return entry.key == target.key; });
  if (found == section->entries.end())
    section->entries.push_back({target.key, value, command_line});
  else
    *found = {target.key, value, command_line};
}

} // namespace

void apply_overrides(Document& document, std::span<const std::string> options,
                     std::span<const std::string> always, Problems& problems) {
  for (const std::string& option : options) {
    if (std::ranges::any_of(option, [](unsigned char c) { return c < 32 || c == 127; }))
      throw Error(ErrorKind::usage, "the option holds control characters", "--set");
    const auto equals = option.find('=');
    const std::string path = trimmed(option.substr(0, equals));
    const auto dot = path.find('.');
    if (equals == std::string::npos || dot == std::string::npos || dot == 0 || dot + 1 == path.size())
      throw Error(ErrorKind::usage, "'" + option + "' is not of the form section.key=value", "--set");
    apply(document, target_of(document, path), trimmed(option.substr(equals + 1)), always, problems);
    document.overrides.push_back(option);
  }
}

} // namespace blockspin::deck
