#pragma once
// Stopping together while groups of ranks work side by side and nobody waits for anybody.

#include <array>

#include "blockspin/mpi/communicator.hpp"
#include "blockspin/mpi/stop.hpp"

namespace blockspin::mpi {

/// The stop flag of one group of ranks. The items of a list are divided over the groups; what one group hears
/// or suffers reaches the others at their own next looks, in rounds of a nonblocking reduction.
/// A reason to stop that any rank sees stops every group. An item that fails stops the groups that work at
/// later items; earlier items go on to their end, so that what is left does not depend on the groups.
class GroupStop : public StopFlag {
public:
  /// Collective over `all`. Keeps a reference to `group`.
  GroupStop(const StopFlag& of_all, const Communicator& all, const Communicator& group);

  /// This group works at an item from now on. Local.
  void begin(int item) { item_ = item; }
  /// The present item has failed, on every rank of the group. Local.
  void fail() { mine_.failed = failure_code(item_); }
  /// Whether to leave the present item as it is. Collective over the group.
  bool stop_now() override;
  /// The group has nothing left to do: waits for the others. Afterwards asked_to_stop() and first_failed()
  /// are the same on every rank. Collective over all.
  void finish();

  bool asked_to_stop() const { return known_.stop != 0; }
  /// The earliest item that failed, or -1.
  int first_failed() const;

private:
  /// Reduced by maximum; 0 is nothing.
  struct Words {
    int stop = 0;   ///< code of the reason
    int failed = 0; ///< larger for earlier items
    int busy = 0;   ///< some group still works
  };
  static int failure_code(int item);
  void start_round(bool busy);
  void end_round();

  Communicator all_;
  const Communicator& group_;
  int item_ = 0;
  Words mine_, sent_, received_, known_;
  MPI_Request round_ = MPI_REQUEST_NULL;
  bool in_round_ = false;
};

} // namespace blockspin::mpi
