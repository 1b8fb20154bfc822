#pragma once
// A deck from its file to every rank.

#include <span>
#include <string>

#include "blockspin/campaign/plan.hpp"
#include "blockspin/deck/document.hpp"
#include "blockspin/mpi/communicator.hpp"

namespace blockspin::app {

/// The root reads, every rank gets the text and the overrides applied. Collective; agreed errors.
deck::Document load_deck(const mpi::Communicator& comm, const std::string& path,
                         std::span<const std::string> overrides, deck::Problems& problems);

/// Throws the problems as one agreed error. The same on every rank, as decks are.
void throw_agreed(const deck::Problems& problems);

} // namespace blockspin::app
