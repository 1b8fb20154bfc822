#pragma once
// The deck of one point of a sweep.

#include <filesystem>
#include <span>
#include <string>

#include "blockspin/campaign/kind.hpp"
#include "blockspin/deck/document.hpp"
#include "sweep_points.hpp"

namespace blockspin::app {

struct PointDeck {
  deck::Document
      document; ///< as a run will read it, from its place in the folder; places are those of the sweep's deck
  std::string text;          ///< that will stand there
  bool has_own_seed = false; ///< the seed is one of the sweep's keys
};

/// The sweep's deck with the values of a point, with an archive and a seed of its own, and with full paths in place of
/// those that the deck has relative to its own folder. What is wrong with the keys goes to `problems`. Throws
/// ErrorKind::usage where keys are not those of a sweep, or a value cannot stand in a deck. Local.
PointDeck deck_of(const deck::Document& base, std::span<const campaign::Kind> kinds,
                  const std::vector<SweepKey>& keys, const SweepPoint& point,
                  const std::filesystem::path& folder, deck::Problems& problems);

} // namespace blockspin::app
