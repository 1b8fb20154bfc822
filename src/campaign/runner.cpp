#include "blockspin/campaign/runner.hpp"

#include "blockspin/archive/stored_layout.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/base/log.hpp"
#include "blockspin/campaign/results.hpp"
#include "blockspin/campaign/side_by_side.hpp"
#include "blockspin/mpi/agree.hpp"

namespace blockspin::campaign {

namespace {

const char* words_of(Action action) {
  switch (action) {
  case Action::compute: return "starts";
  case Action::skip: return "complete, skipped";
  case Action::extend: return "complete, extended";
  case Action::redo: return "its input has changed since, computed again";
  }
  return "";
}

void announce(const Stage& stage, const Decision& decision) {
  log::info(stage.label() + ": " + words_of(decision.action));
  for (const std::string& line : decision.without_effect) log::info(line);
}

/// Stage number `first` and the siblings that follow it, as far as ranks can work at them side by side.
std::span<const std::unique_ptr<Stage>> together(const Plan& plan, std::size_t first, int n_ranks) {
  std::size_t last = first + 1;
  while (n_ranks > 1 && last < plan.stages.size() &&
         are_siblings(plan, *plan.stages[first], *plan.stages[last]))
    ++last;
  return std::span(plan.stages).subspan(first, last - first);
}

/// A failure that nobody placed, or of a foreign type, leaves as an Error of the stage at work.
template <class Work>
void placed(const std::string& label, Work&& work) {
  try {
    work();
  } catch (const deck::BadValue& bad) {
    throw Error(ErrorKind::internal, bad.what + "; allowed: " + bad.allowed, label);
  } catch (...) {
    const Error error = mpi::current_error();
    if (!error.where().empty()) throw error;
    Error with_place(error.kind(), error.message(), label);
    if (error.agreed()) with_place.set_agreed();
    throw with_place;
  }
}

/// What a stage is going to read still has its checksum, and is laid out as its own stage declares.
void require_sound(const Plan& plan, const archive::Archive& archive, const std::string& group) {
  archive.require_whole(group);
  const Kind* const kind = find_kind(plan.kinds, group.substr(1, group.find('/', 1) - 1));
  if (kind != nullptr && archive.contains(group)) archive::check_layout(archive, group, kind->rows);
}

void tell_result(const RunParts& parts, const Stage& stage) {
  tell(stage.label(), [&] {
    if (const std::string line = result_line(parts.archive, parts.plan.kinds, stage.group()); !line.empty())
      log::info(line);
  });
}

void run_alone(const RunParts& parts, Stage& stage) {
  if (parts.stop.stop_now()) throw_stopped(parts.stop, parts.existing, stage.label(), before_it_began);
  Context context(parts, stage);
  placed(stage.label(), [&] { stage.run(context); });
  parts.checkpoints.settle(stage.group(), stage.may_grow() ? context.parts() : std::set<std::string>());
  tell_result(parts, stage);
}

/// Instances of one scan.
void run_all(const RunParts& parts, const std::vector<Stage*>& instances) {
  const int groups = n_groups(parts.plan, instances.size(), parts.comm.size());
  if (groups <= 1) {
    for (Stage* instance : instances) run_alone(parts, *instance);
    return;
  }
  if (parts.stop.stop_now())
    throw_stopped(parts.stop, parts.existing, instances.front()->label(), before_it_began);
  log::info(instances.front()->section().stage + ": " + std::to_string(instances.size()) +
            " instances side by side, " + std::to_string(groups) + " groups of ranks");
  placed(instances.front()->label(), [&] { run_side_by_side(parts, instances); });
  for (const Stage* instance : instances) tell_result(parts, *instance);
}

} // namespace

void run(const mpi::Communicator& comm, const Plan& plan, archive::Archive& archive, mpi::StopFlag& stop,
         archive::RunRecord record, archive::OnExisting existing, std::span<const Decision> decisions) {
  archive::CheckpointStore checkpoints(comm, archive.path());
  const RunParts parts{comm, plan, archive, checkpoints, stop, existing};
  archive.set_run(std::move(record));
  for (std::size_t first = 0; first < plan.stages.size();) {
    std::vector<Stage*> instances;
    const auto siblings = together(plan, first, comm.size());
    for (const auto& stage : siblings) {
      const Decision& decision = decisions[first++];
      announce(*stage, decision);
      if (decision.action == Action::skip) {
        // What a kill between the stage's commit and the end of its checkpoints left.
        if (!stage->may_grow()) checkpoints.remove(stage->group());
        continue;
      }
      if (const auto layout = stage->estimate(plan, comm.size()).layout; !layout.empty())
        archive.record("layout." + stage->label(), layout);
      for (const std::string& parent : parent_groups(plan, *stage)) require_sound(plan, archive, parent);
      instances.push_back(stage.get());
    }
    run_all(parts, instances);
  }
}

} // namespace blockspin::campaign
