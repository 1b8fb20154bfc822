#pragma once
// What is wrong with a deck: every problem is collected, so that one reading reports all of them.

#include <string>
#include <vector>

#include "blockspin/base/error.hpp"

namespace blockspin::deck {

/// Where something was written: a line of the deck, or a --set option (line 0).
struct Place {
  std::string file;
  int line = 0;
  /// "quickstart.ini:12", "--set".
  std::string text() const;
};

/// One thing that is wrong; empty parts are left out of the line.
struct Problem {
  Place place;
  std::string key;     ///< "section.key", or "[section]"
  std::string what;    ///< what is wrong
  std::string allowed; ///< what would be right
  std::string nearest; ///< the known name it may be a slip for
  /// ErrorKind::archive of a file that the key names, and that is not what it should be.
  ErrorKind kind = ErrorKind::deck;
  /// "DECK:LINE: section.key: what is wrong; allowed: ...; nearest: ...".
  std::string text() const;
};

/// Collects problems. Local; every rank reads the same deck and so finds the same ones.
class Problems {
public:
  void add(Problem problem) { problems_.push_back(std::move(problem)); }
  bool empty() const { return problems_.empty(); }
  const std::vector<Problem>& all() const { return problems_; }
  /// Throws with one line a problem, in the order of the deck, unless there are none: ErrorKind::archive where
  /// files alone are wrong, else ErrorKind::deck.
  void throw_if_any() const;

private:
  std::vector<Problem> problems_;
};

} // namespace blockspin::deck
