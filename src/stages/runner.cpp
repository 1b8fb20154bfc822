#include "blockspin/stages/runner.hpp"

#include "blockspin/base/log.hpp"

namespace blockspin::stages {

namespace {

std::string running;

void announce(const Stage& stage, Action action) {
  switch (action) {
  case Action::compute: return log::info(stage.label() + ": starts");
  case Action::skip: return log::info(stage.label() + ": complete, skipped");
  case Action::extend: return log::info(stage.label() + ": complete, extended");
  case Action::redo: return log::info(stage.label() + ": its input has changed since, computed again");
  }
}

} // namespace

const std::string& running_stage() { return running; }

void run(const mpi::Communicator& comm, Plan& plan, archive::Archive& archive, mpi::StopFlag& stop,
         archive::RunRecord record, bool resume) {
  archive::CheckpointStore checkpoints(comm, archive.path());
  const auto actions = decide(plan, archive);
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    Stage& stage = *plan.stages[i];
    announce(stage, actions[i]);
    if (actions[i] == Action::skip) continue;
    if (stop.stop_now()) throw_stopped(stop, stage.label());
    if (const auto layout = stage.estimate(plan, comm.size()).layout; !layout.empty())
      record.values["layout." + stage.label()] = layout;
    running = stage.label();
    Context context({comm, plan, archive, checkpoints, stop, record, resume}, stage);
    stage.run(context);
    running.clear();
    if (!stage.may_grow()) checkpoints.remove(stage.group());
  }
}

} // namespace blockspin::stages
