// GoogleTest under mpirun. After each test the ranks compare notes: a failure on any rank is a failure on
// all, printed once with the ranks it happened on. A rank that waits too long for the others aborts the job,
// so that nothing hangs.

#include <cstdio>
#include <cstdlib>
#include <thread>

#include <gtest/gtest.h>

#include "blockspin/mpi/session.hpp"
#include "blockspin/petsc/session.hpp"
#include "support/world.hpp"

namespace {

const blockspin::mpi::Communicator* world_pointer = nullptr;

/// Prints from the root only, and turns one rank's failure into everybody's.
class RankListener : public testing::EmptyTestEventListener {
public:
  explicit RankListener(testing::TestEventListener* printer) : printer_(printer) {}
  ~RankListener() override { delete printer_; }

  void OnTestStart(const testing::TestInfo& info) override {
    if (root()) printer_->OnTestStart(info);
  }
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    std::fprintf(stderr, "[rank %d/%d] %s:%d: %s\n", world_pointer->rank(), world_pointer->size(),
                 result.file_name() != nullptr ? result.file_name() : "?", result.line_number(),
                 result.message());
  }
  void OnTestEnd(const testing::TestInfo& info) override {
    const bool failed_here = info.result()->Failed();
    if (wait_for_all(failed_here) > 0 && !failed_here) ADD_FAILURE() << "failed on another rank";
    if (root()) printer_->OnTestEnd(info);
  }
  void OnTestProgramEnd(const testing::UnitTest& unit) override {
    if (root()) printer_->OnTestProgramEnd(unit);
  }

private:
  static bool root() { return world_pointer->is_root(); }

  /// Number of ranks on which the test failed; aborts the job when some rank does not arrive.
  static int wait_for_all(bool failed) {
    int count = failed ? 1 : 0;
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Iallreduce(MPI_IN_PLACE, &count, 1, MPI_INT, MPI_SUM, world_pointer->handle(), &request);
    // Deadlines are those of an idle machine times BLOCKSPIN_TEST_PATIENCE (tests/CMakeLists.txt).
    const char* patience = std::getenv("BLOCKSPIN_TEST_PATIENCE");
    const double grace_seconds = 60.0 * (patience != nullptr ? std::atof(patience) : 1.0);
    const double start = MPI_Wtime();
    for (int arrived = 0; arrived == 0; MPI_Test(&request, &arrived, MPI_STATUS_IGNORE)) {
      if (MPI_Wtime() - start > grace_seconds) {
        std::fprintf(stderr, "[rank %d/%d] other ranks did not finish the test\n", world_pointer->rank(),
                     world_pointer->size());
        blockspin::mpi::abort(1);
      }
      std::this_thread::yield();
    }
    return count;
  }

  testing::TestEventListener* printer_;
};

} // namespace

const blockspin::mpi::Communicator& test_world() { return *world_pointer; }

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  blockspin::mpi::Session session;
  blockspin::petsc::Session petsc(session.world(), "");
  world_pointer = &session.world();
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  listeners.Append(new RankListener(listeners.Release(listeners.default_result_printer())));
  return session.world().max(RUN_ALL_TESTS());
}
