#pragma once
// How far one point of a sweep is.

#include <string>

#include "blockspin/app/command_line.hpp"
#include "blockspin/archive/listing.hpp"
#include "blockspin/mpi/communicator.hpp"

namespace blockspin::app {

struct PointState {
  /// done, running, stopped (with a checkpoint), partial, not begun; failed (a training diverged), damaged, stale (what is
  /// there does not fit the deck), grows (the deck asks for more), to redo (what it was made from has changed), deck error,
  /// no deck.
  std::string word;
  std::string more; ///< what else there is to say, or empty
};

/// By the deck, what stands in its archive, and which checkpoints the root's listing of the folder has. Collective.
PointState state_of_point(const Invocation& invocation, const mpi::Communicator& comm,
                          const std::string& deck_path, const archive::Listing& listing);

} // namespace blockspin::app
