// blockspin parameters: the reference of every deck key.

#include <fmt/format.h>

#include "blockspin/app/command.hpp"
#include "blockspin/deck/reference.hpp"
#include "blockspin/stages/plan.hpp"
#include "blockspin/stages/registry.hpp"

namespace blockspin::app {

int parameters_command(const Invocation& invocation) {
  std::vector<const deck::AnySchema*> schemas = {&stages::campaign_schema(), &stages::model_schema(),
                                                 &stages::parallel_schema()};
  for (const stages::Kind& kind : stages::kinds()) schemas.push_back(kind.schema);
  fmt::print("{}", invocation.markdown ? deck::reference_markdown(schemas) : deck::reference_text(schemas));
  return 0;
}

} // namespace blockspin::app
