#pragma once
// What ranks that fail tell each other.

#include "blockspin/mpi/communicator.hpp"

namespace blockspin::mpi {

/// Messages of no bytes, whose tags say all: they leave at once, whether or not anybody receives them. All members are
/// local, and a message that cannot be sent or received is one that has not come.
class FailureNotices {
public:
  /// Keeps a reference to `comm`, which must carry nothing else.
  explicit FailureNotices(const Communicator& comm) : comm_(comm) {}

  /// To every other rank: this one fails.
  void send_failure() const { send(fails); }
  /// To every other rank: this one says why, and ends the job.
  void send_speech() const { send(speaks); }
  /// Takes in what has come.
  void receive();

  /// Whether every other rank fails.
  bool from_all() const { return n_failed_ == comm_.size() - 1; }
  /// Whether a lower rank fails.
  bool from_lower() const { return lowest_ < comm_.rank(); }
  /// Whether another rank says why.
  bool of_speech() const { return spoken_; }

private:
  enum Tag : int { fails = 1, speaks = 2 };
  void send(Tag tag) const;

  const Communicator& comm_;
  int n_failed_ = 0;
  int lowest_ = comm_.size(); ///< of the others that fail
  bool spoken_ = false;
};

} // namespace blockspin::mpi
