#pragma once
// What a running stage is given: the ranks, the model, the archive, and the one loop around every stepper.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "blockspin/archive/archive.hpp"
#include "blockspin/archive/checkpoint.hpp"
#include "blockspin/base/state.hpp"
#include "blockspin/campaign/plan.hpp"
#include "blockspin/campaign/progress.hpp"
#include "blockspin/mpi/stop.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::campaign {

/// What a run lends to each of its stages.
struct RunParts {
  const mpi::Communicator& comm;
  const Plan& plan;
  archive::Archive& archive;
  archive::CheckpointStore& checkpoints;
  mpi::StopFlag& stop;
  archive::OnExisting existing; ///< resume: checkpoints of an earlier run may be used
};

class Pace;

/// Collective in every member that is not a plain getter.
class Context {
public:
  /// `seconds_before`: what the stage has already taken, for the record of this run.
  Context(const RunParts& run, const Stage& stage, double seconds_before = 0.0);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const mpi::Communicator& comm() const { return run_.comm; }
  /// For physics that makes its own generators, of streams that the stage declares.
  std::uint64_t seed() const { return run_.plan.campaign.seed; }
  /// Random numbers for a purpose that the stage's kind declares (Kind::streams), in the name of `instance`,
  /// such as "flow.V"; two names never share numbers. Throws ErrorKind::internal for another purpose. Local.
  rng::Generator random(rng::StreamId purpose, std::string_view instance) const;
  const ParallelDeck& parallel() const { return run_.plan.parallel; }
  const Plan& plan() const { return run_.plan; }
  /// For reading what earlier stages left.
  archive::Archive& archive() const { return run_.archive; }

  /// Advances to the end, from the newest good checkpoint of this stage where the run resumes or extends one.
  /// Stops at a safe point when asked to: then a checkpoint is written and an agreed ErrorKind::stopped
  /// thrown. `part` tells the steppers of one stage apart ("layer 2") and names the work in progress lines; a
  /// part that had finished before an interruption is loaded in its final state, and has nothing left to do.
  void run_stepper(Stepper& stepper, std::string_view part = "");
  /// Stops here when asked to, by an agreed ErrorKind::stopped: for what takes long and is no stepper. From
  /// inside a stepper's step it saves that stepper first, which must then be in a state that can be saved.
  /// It looks at every eighth call at least; a call that does not look costs nothing.
  void safe_point();

  /// Opens this stage's group for writing, with its resolved values and the groups it read. Write every
  /// dataset, then commit() it; once a stage.
  archive::StageWriter begin_writing();
  /// What a key left at `auto` became: logged once, and recorded with the group as `auto.<key>`. Call before begin_writing().
  void resolve(const std::string& key, const std::string& text);
  /// The same for what the work itself rests on, which must not change once found, however often the stage is
  /// stopped and whichever of its keys grow: the text an earlier run of this stage settled on, finished or
  /// not, else what `find` gives, which is written to a checkpoint at once. `find` may run steppers of its
  /// own parts; their checkpoints go when the key is settled.
  std::string settle(const std::string& key, const std::function<std::string()>& find);

  /// Deletes this stage's checkpoints: what it wrote is its end, and nothing continues it.
  void remove_checkpoints();
  /// The parts whose checkpoints this context has looked for or saved. Local.
  const std::set<std::string>& parts() const { return parts_; }

private:
  struct Loop;
  archive::CheckpointKey key_of(std::string_view part);
  bool resumes() const { return run_.existing == archive::OnExisting::resume; }
  bool load(const Loop& loop);
  void look(const Pace& pace);
  std::string settled_before(const std::string& key);

  RunParts run_;
  const Stage& stage_;
  std::chrono::steady_clock::time_point start_;
  double seconds_before_;
  std::unique_ptr<Pace> pace_; ///< of safe_point()
  Loop* loop_ = nullptr;       ///< around the stepper at work
  std::set<std::string> parts_;
  bool settling_ = false;                        ///< parts that run now serve settle()
  std::vector<archive::CheckpointKey> searches_; ///< their keys
  std::map<std::string, std::string> settled_;   ///< what has been settled so far
  std::map<std::string, std::string> resolved_;
};

/// The agreed error a stopped run ends with, and how to go on. `place`: how far the work at `where` had come, or
/// empty. The same on every rank.
[[noreturn]] void throw_stopped(const mpi::StopFlag& stop, archive::OnExisting existing,
                                const std::string& where, const std::string& place = {});
/// The groups a stage reads, each once. Local.
std::vector<std::string> parent_groups(const Plan& plan, const Stage& stage);
/// What a run's record says of the deck's settings: [parallel], "parallel.domains" and so on. Local.
deck::ResolvedValues setting_values(const Plan& plan);
/// What a stage's results rest on: its keys, and the model that its results are of. Local.
deck::ResolvedValues recorded_values(const Plan& plan, const Stage& stage);
/// Whether two lists of numbers are the same but for rounding: the values of a range were sums once, and are decimal
/// numbers now. Local.
bool same_numbers(const std::string& one, const std::string& other);
/// The archive's "auto" for a value that it became in this group, else the value's own text. Local.
std::string as_recorded(const archive::Group& group, const deck::ResolvedValue& value);

} // namespace blockspin::campaign
