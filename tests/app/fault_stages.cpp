// A stage that fails on purpose, linked with the program's own main: how a failure ends the job.

#include <new>
#include <thread>

#include "blockspin/mpi/agree.hpp"
#include "blockspin/stages/context.hpp"
#include "blockspin/stages/registry.hpp"

namespace blockspin::stages {
namespace {

enum class Failure { lonely, agreed, numerical, memory, foreign, slow };
std::vector<std::string> choice_names(Failure) {
  return {"lonely", "agreed", "numerical", "memory", "foreign", "slow"};
}

struct FaultDeck {
  Failure failure = Failure::lonely;
  std::int32_t rank = 0;
};

/// Never done; each step takes a while.
class Endless : public Stepper {
public:
  bool done() const override { return false; }
  void advance() override {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    ++n_;
  }
  double work_done() const override { return static_cast<double>(n_); }
  double work_total() const override { return 1e9; }
  void save(StateSink& sink) const override { sink.replicated("n", n_); }
  void load(StateSource& source) override { source.replicated("n", n_); }

private:
  std::uint64_t n_ = 0;
};

class FaultStage : public StageOf<FaultDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<FaultDeck>& schema() {
    static const deck::Schema<FaultDeck> all("fault", "fails on purpose",
                                             deck::field("failure", &FaultDeck::failure, "how it fails"),
                                             deck::field("rank", &FaultDeck::rank, "where"));
    return all;
  }

  void run(Context& context) override {
    if (deck().failure == Failure::slow) {
      Endless endless;
      context.run_stepper(endless);
    }
    if (deck().failure == Failure::agreed)
      mpi::agreed(context.comm(), [&] { fail_here(context, ErrorKind::archive); });
    if (context.comm().rank() == deck().rank) {
      if (deck().failure == Failure::memory) throw std::bad_alloc();
      if (deck().failure == Failure::foreign) throw std::runtime_error("a foreign failure");
    }
    fail_here(context, deck().failure == Failure::numerical ? ErrorKind::numerical : ErrorKind::internal);
    context.comm().barrier(); // the others wait for a rank that will not come
  }

private:
  void fail_here(Context& context, ErrorKind kind) const {
    if (context.comm().rank() == deck().rank) throw Error(kind, "failed on purpose", label());
  }
};

const bool registered = [] {
  add_kind(kind_of<FaultStage>());
  return true;
}();

} // namespace
} // namespace blockspin::stages
