// A stage that fails on purpose, in a program of its own kinds: how a failure ends the job.

#include <chrono>
#include <csignal>
#include <new>
#include <thread>

#include <unistd.h>

#include "blockspin/app/program.hpp"
#include "blockspin/base/log.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/campaign/divisible.hpp"
#include "blockspin/mpi/agree.hpp"

namespace blockspin::campaign {
namespace {

enum class Failure { lonely, agreed, numerical, memory, foreign, everywhere, several, late, dying, slow };
std::vector<std::string> choice_names(Failure) {
  return {"lonely",     "agreed",  "numerical", "memory", "foreign",
          "everywhere", "several", "late",      "dying",  "slow"};
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
  static std::vector<archive::Row> rows() { return {}; }
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
    if (deck().failure == Failure::everywhere) throw std::runtime_error("a foreign failure");
    if (deck().failure == Failure::several) fail_elsewhere(context, std::chrono::milliseconds(100));
    if (deck().failure == Failure::late) {
      if (!context.comm().is_root()) raise_soon(SIGTERM); // mpirun's word for the end of the job
      fail_elsewhere(context, std::chrono::seconds(8));
    }
    if (deck().failure == Failure::dying) {
      if (context.comm().is_root()) raise_soon(SIGKILL);
      fail_elsewhere(context, std::chrono::seconds(0));
    }
    if (context.comm().rank() == deck().rank) {
      if (deck().failure == Failure::memory) throw std::bad_alloc();
      if (deck().failure == Failure::foreign) throw std::runtime_error("a foreign failure");
    }
    fail_here(context, deck().failure == Failure::numerical ? ErrorKind::numerical : ErrorKind::internal);
    context.comm().barrier(); // the others wait for a rank that will not come
  }

private:
  /// A signal to this process, once it has failed.
  static void raise_soon(int signal) {
    std::thread([signal] {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      kill(getpid(), signal);
    }).detach();
  }
  /// On all ranks but one, on the root last.
  void fail_elsewhere(Context& context, std::chrono::milliseconds delay_of_root) const {
    context.comm().barrier();
    if (context.comm().is_root()) std::this_thread::sleep_for(delay_of_root);
    if (context.comm().rank() != deck().rank) throw Error(ErrorKind::numerical, "failed on purpose", label());
    context.comm().barrier();
  }
  void fail_here(Context& context, ErrorKind kind) const {
    if (context.comm().rank() == deck().rank) throw Error(kind, "failed on purpose", label());
  }
};

/// What an instance of a scan does: ends well, or fails in work() with what its group or one rank knows, or
/// goes on until it is stopped.
struct ScanDeck {
  std::uint64_t number = 0;
  std::vector<std::uint64_t> numbers;
  std::uint64_t agreed = 0, lonely = 0, endless = 0; ///< numbers of instances that do so
};

class ScanStage : public StageOf<ScanDeck>, public Divisible {
public:
  using StageOf::StageOf;
  static std::vector<archive::Row> rows() { return {}; }
  static const deck::Schema<ScanDeck>& schema() {
    using deck::field;
    static const deck::Schema<ScanDeck> all(
        "scan", "fails on purpose in one of several instances", field("number", &ScanDeck::number, ""),
        field("numbers", &ScanDeck::numbers, "").default_text("none").scans("number", "i"),
        field("agreed", &ScanDeck::agreed, ""), field("lonely", &ScanDeck::lonely, ""),
        field("endless", &ScanDeck::endless, ""));
    return all;
  }
  void run(Context& context) override {
    read(context, context.comm());
    work(context);
    write(context, 0);
  }
  Divisible* divisible() override { return this; }
  void read(Context&, const mpi::Communicator&) override {}
  void share_input(const Stage&) override {}
  void work(Context& context) override {
    if (deck().number == deck().agreed) throw_agreed(ErrorKind::numerical, "failed on purpose", label());
    if (deck().number == deck().lonely) throw Error(ErrorKind::numerical, "failed on purpose", label());
    if (deck().number != deck().endless) return;
    Endless endless;
    context.run_stepper(endless);
  }
  void write(Context&, int) override {
    if (deck().number != deck().agreed) log::info(label() + ": written"); // of a failure nothing is kept
  }
};

/// Why a result cannot be told.
enum class Telling { agreed, lonely, memory };
std::vector<std::string> choice_names(Telling) { return {"agreed", "lonely", "memory"}; }

struct ToldDeck {
  Telling telling = Telling::agreed;
};

/// Long enough for its final state to be kept until the stage is complete.
class Short : public Stepper {
public:
  bool done() const override { return n_ == 1; }
  void advance() override {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    ++n_;
  }
  double work_done() const override { return static_cast<double>(n_); }
  double work_total() const override { return 1.0; }
  void save(StateSink& sink) const override { sink.replicated("n", n_); }
  void load(StateSource& source) override { source.replicated("n", n_); }

private:
  std::uint64_t n_ = 0;
};

/// Its work ends well, and its result cannot be told.
class ToldStage : public StageOf<ToldDeck> {
public:
  using StageOf::StageOf;
  static std::vector<archive::Row> rows() { return {{"n", ElementType::u64, {}, "1", "a number"}}; }
  static const deck::Schema<ToldDeck>& schema() {
    static const deck::Schema<ToldDeck> all("told", "fails on purpose when it has done its work",
                                            deck::field("telling", &ToldDeck::telling, "how it fails"));
    return all;
  }
  static std::string results(const archive::Archive& archive, const std::string& group) {
    const std::string how = h5::to_text(archive.group(group)->values.at("telling"));
    if (how == "agreed") throw_agreed(ErrorKind::numerical, "cannot be told on purpose", group);
    if (how == "memory") throw std::bad_alloc();
    if (archive.comm().rank() + 1 == archive.comm().size())
      throw Error(ErrorKind::numerical, "failed on purpose", group);
    archive.comm().barrier();
    return "told";
  }
  void run(Context& context) override {
    Short work;
    context.run_stepper(work, "part");
    archive::StageWriter writer = context.begin_writing();
    writer.write_scalar("n", std::uint64_t{1});
    writer.commit();
  }
};

} // namespace
} // namespace blockspin::campaign

int main(int argc, char** argv) {
  using namespace blockspin::campaign;
  const std::vector<Kind> kinds{kind_of<FaultStage>(), kind_of<ScanStage>(), kind_of<ToldStage>()};
  return blockspin::app::run_program(argc, argv, kinds);
}
