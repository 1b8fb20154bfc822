#include "blockspin/mpi/group_stop.hpp"

#include <limits>

namespace blockspin::mpi {

namespace {
constexpr int n_words = 3;
}

GroupStop::GroupStop(const StopFlag& of_all, const Communicator& all, const Communicator& group)
    : StopFlag(of_all), all_(all.duplicate()), group_(group) {
  static_assert(sizeof(Words) == n_words * sizeof(int));
}

int GroupStop::failure_code(int item) { return std::numeric_limits<int>::max() - item; }

int GroupStop::first_failed() const { return known_.failed == 0 ? -1 : failure_code(known_.failed); }

void GroupStop::start_round(bool busy) {
  mine_.stop = seen_here();
  mine_.busy = busy ? 1 : 0;
  sent_ = mine_;
  check(MPI_Iallreduce(&sent_, &received_, n_words, MPI_INT, MPI_MAX, all_.handle(), &round_),
        "MPI_Iallreduce");
  in_round_ = true;
}

void GroupStop::end_round() {
  known_ = received_;
  in_round_ = false;
  if (known_.stop != 0) set_reason(known_.stop);
}

bool GroupStop::stop_now() {
  if (!in_round_) start_round(true);
  int complete = 0;
  check(MPI_Test(&round_, &complete, MPI_STATUS_IGNORE), "MPI_Test"); // of a request that is done: still true
  if (group_.min(complete) != 0) {
    end_round();
    start_round(true);
  }
  return asked_to_stop() || (first_failed() >= 0 && first_failed() < item_);
}

void GroupStop::finish() {
  do {
    if (!in_round_) start_round(false);
    check(MPI_Wait(&round_, MPI_STATUS_IGNORE), "MPI_Wait");
    end_round();
  } while (known_.busy != 0);
}

} // namespace blockspin::mpi
