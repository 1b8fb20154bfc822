#include "load_deck.hpp"

#include "blockspin/campaign/read_plan.hpp"
#include "blockspin/mpi/agree.hpp"

namespace blockspin::app {

deck::Document load_deck(const mpi::Communicator& comm, const std::string& path,
                         std::span<const std::string> overrides, deck::Problems& problems) {
  std::string text;
  mpi::agreed(
      comm, [&] { text = deck::read_text(path); }, true);
  text = comm.broadcast(text);
  deck::Document document;
  mpi::agreed(comm, [&] {
    document = deck::parse(path, text, problems);
    const auto always = campaign::sections_always_there();
    deck::apply_overrides(document, overrides, always, problems);
  });
  return document;
}

void throw_agreed(const deck::Problems& problems) {
  try {
    problems.throw_if_any();
  } catch (Error& error) {
    error.set_agreed();
    throw;
  }
}

} // namespace blockspin::app
