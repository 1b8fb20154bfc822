// blockspin parameters: the reference of every deck key.

#include <algorithm>

#include <fmt/format.h>

#include "blockspin/app/command.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/plan.hpp"
#include "blockspin/deck/reference.hpp"

namespace blockspin::app {

namespace {

[[noreturn]] void unknown(const std::string& what, const std::string& word,
                          const std::vector<std::string>& known) {
  throw Error(ErrorKind::usage,
              fmt::format("'{}' is not a {}; allowed: {}; nearest: {}", word, what, joined(known, ", "),
                          nearest(word, known)),
              "parameters");
}

/// Leaves the schema of one section; of "rbm.hidden" that of rbm, and returns the key.
std::string choose(std::vector<const deck::AnySchema*>& schemas, const std::string& wanted) {
  const auto dot = wanted.find('.');
  const std::string section = wanted.substr(0, dot), key = dot == wanted.npos ? "" : wanted.substr(dot + 1);
  std::vector<std::string> sections, keys;
  for (const auto* schema : schemas) sections.push_back(schema->stage());
  std::erase_if(schemas, [&](const auto* schema) { return schema->stage() != section; });
  if (schemas.empty()) unknown("section", section, sections);
  for (const deck::KeyInfo& info : schemas.front()->keys()) keys.push_back(info.name);
  if (!key.empty() && std::ranges::find(keys, key) == keys.end())
    unknown("key of [" + section + "]", key, keys);
  return key;
}

} // namespace

int parameters_command(const Invocation& invocation) {
  std::vector<const deck::AnySchema*> schemas = {&campaign::campaign_schema(), &campaign::model_schema(),
                                                 &campaign::parallel_schema()};
  for (const campaign::Kind& kind : invocation.kinds) schemas.push_back(kind.schema);
  const std::string key = invocation.arguments.empty() ? "" : choose(schemas, invocation.arguments.front());
  fmt::print("{}",
             invocation.markdown ? deck::reference_markdown(schemas) : deck::reference_text(schemas, key));
  return 0;
}

} // namespace blockspin::app
