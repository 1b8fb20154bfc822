#include "blockspin/campaign/plan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "blockspin/base/text.hpp"

namespace blockspin::campaign {

const Stage* Plan::find(const std::string& group) const {
  const auto found =
      std::find_if(stages.begin(), stages.end(), [&](const auto& stage) { return stage->group() == group; });
  return found == stages.end() ? nullptr : found->get();
}

std::string Plan::value(const std::string& group, const std::string& key) const {
  std::map<std::string, h5::Value> stored;
  if (archive != nullptr)
    if (const auto found = archive->group(group)) stored = found->values;
  const auto in_archive = [&](const std::string& name) {
    const auto found = stored.find(name);
    return found == stored.end() ? std::string() : h5::to_text(found->second);
  };
  const Stage* const stage = find(group);
  const std::string text = stage != nullptr ? deck::text_of(stage->values(), key) : in_archive(key);
  const std::string became = text == "auto" ? in_archive("auto." + key) : std::string();
  return became.empty() ? text : became;
}

std::optional<deck::Temperatures> Plan::temperatures(const std::string& sample_group) const {
  if (const auto known = value_as<deck::Temperatures>(sample_group, "temperatures")) return known;
  if (value(sample_group, "temperatures") != "auto") return std::nullopt; // its ends are none
  const auto first = value_as<double>(sample_group, "first"), last = value_as<double>(sample_group, "last");
  const auto count = value_as<std::uint64_t>(sample_group, "count");
  if (!first || !last || !count) return std::nullopt;
  deck::Temperatures ladder{std::vector<double>(*count, std::numeric_limits<double>::quiet_NaN())};
  ladder.values.front() = *first;
  ladder.values.back() = *last;
  return ladder;
}

std::string allowed_temperatures(const deck::Temperatures& temperatures) {
  const auto& all = temperatures.values;
  if (std::none_of(all.begin(), all.end(), [](double t) { return std::isnan(t); }))
    return deck::Codec<deck::Temperatures>::text(temperatures);
  return format_number(all.front()) + " or " + format_number(all.back()) +
         "; those between are known once the sample has run";
}

} // namespace blockspin::campaign
