#pragma once
// Stages whose instances of one scan are worked at side by side, each by a group of the ranks.

#include "blockspin/mpi/communicator.hpp"

namespace blockspin::campaign {

class Context;
class Stage;

/// A stage cut into reading, work and writing. run() of such a stage is the three in turn, with all ranks as
/// the one group.
class Divisible {
public:
  virtual ~Divisible() = default;

  /// Reads the input, divided over the ranks of a group: every group holds all of it.
  /// Collective over all ranks.
  virtual void read(Context& context, const mpi::Communicator& group) = 0;
  /// Takes the input that another instance of the same deck section has read, in place of read(). Local.
  virtual void share_input(const Stage& sibling) = 0;
  /// Does the work; context.comm() is the group. Throws agreed errors. Collective over the group.
  virtual void work(Context& context) = 0;
  /// Writes what rank `owner` of all ranks has found, or, where work() failed, what there is to keep of it.
  /// Forgets it then. Collective over all ranks.
  virtual void write(Context& context, int owner) = 0;
};

} // namespace blockspin::campaign
