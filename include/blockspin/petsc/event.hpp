#pragma once
// Kinds of work that PETSc times: `--petsc -log_view` prints them, and a benchmark asks for their seconds.

#include <string>
#include <utility>
#include <vector>

namespace blockspin::petsc {

/// While it lives this process times its events, as -log_view does from start to end. Needs a Session. Local.
class Timing {
public:
  Timing();
  ~Timing();
  Timing(const Timing&) = delete;
  Timing& operator=(const Timing&) = delete;

private:
  bool started_ = false; ///< not by -log_view, which goes on
};

/// Events of one room, registered together at the first use of any, so that their order is the same on every
/// rank (PETSc demands it). Without timing, or before PETSc is initialised, begin() does nothing and costs
/// next to nothing.
class Events {
public:
  /// Names as -log_view shows them.
  explicit Events(std::vector<std::string> names) : names_(std::move(names)) {}
  /// Whether it was begun, and must be ended. Local.
  bool begin(std::size_t event);
  void end(std::size_t event);
  /// Seconds since timing first started, on this rank; 0 without timing. Local.
  double seconds(std::size_t event);

private:
  bool ready();

  std::vector<std::string> names_;
  std::vector<int> ids_;
};

/// Times a scope.
class Timed {
public:
  Timed(Events& events, std::size_t event) : events_(events), event_(event), begun_(events.begin(event)) {}
  ~Timed() {
    if (begun_) events_.end(event_);
  }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

private:
  Events& events_;
  std::size_t event_;
  bool begun_;
};

} // namespace blockspin::petsc
