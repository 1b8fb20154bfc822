// blockspin parameters: the reference of every deck key.

#include <fmt/format.h>

#include "blockspin/app/command.hpp"
#include "blockspin/campaign/plan.hpp"
#include "blockspin/deck/reference.hpp"

namespace blockspin::app {

int parameters_command(const Invocation& invocation) {
  std::vector<const deck::AnySchema*> schemas = {&campaign::campaign_schema(), &campaign::model_schema(),
                                                 &campaign::parallel_schema()};
  for (const campaign::Kind& kind : invocation.kinds) schemas.push_back(kind.schema);
  fmt::print("{}", invocation.markdown ? deck::reference_markdown(schemas) : deck::reference_text(schemas));
  return 0;
}

} // namespace blockspin::app
