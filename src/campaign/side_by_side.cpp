#include "blockspin/campaign/side_by_side.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>
#include <set>

#include "blockspin/base/log.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/divisible.hpp"
#include "blockspin/campaign/runner.hpp"
#include "blockspin/mpi/agree.hpp"
#include "blockspin/mpi/group_stop.hpp"

namespace blockspin::campaign {

namespace {

bool same_section(const Stage& a, const Stage& b) {
  const deck::Place &here = a.section().place, &there = b.section().place;
  return a.kind() == b.kind() && here.file == there.file && here.line == there.line;
}

constexpr double least_seconds = 1e-3; ///< of an instance: those that cost nothing are divided all the same

/// The group of each instance.
std::vector<int> assign(const Plan& plan, std::span<Stage* const> instances, int n_groups) {
  std::vector<double> cost;
  for (const Stage* instance : instances)
    cost.push_back(std::max(instance->estimate(plan, 1).seconds, least_seconds));
  std::vector<std::size_t> order(instances.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return cost[a] > cost[b]; });
  std::vector<double> load(static_cast<std::size_t>(n_groups), 0.0);
  std::vector<int> group(instances.size());
  for (const std::size_t i : order) {
    const auto least = std::ranges::min_element(load);
    group[i] = static_cast<int>(least - load.begin());
    *least += cost[i];
  }
  return group;
}

/// The groups that the ranks form.
class Groups {
public:
  Groups(const mpi::Communicator& all, int n_groups) : size_(all.size()), n_groups_(n_groups) {
    while (all.rank() >= static_cast<int>(ranks(mine_).last)) ++mine_;
    comm_ = all.split(mine_, all.rank());
  }
  int mine() const { return mine_; }
  const mpi::Communicator& comm() const { return comm_; }
  /// The first rank of a group, in the numbering of all.
  int root(int group) const { return static_cast<int>(ranks(group).first); }

private:
  mpi::Range ranks(int group) const {
    return mpi::block_range(static_cast<std::uint64_t>(size_), group, n_groups_);
  }

  int size_, n_groups_;
  int mine_ = 0;
  mpi::Communicator comm_;
};

/// How far the work at the instances came.
struct Outcome {
  std::vector<int> done;          ///< by instance; the same on every rank
  std::vector<double> seconds;    ///< that each took
  std::map<int, Error> failures;  ///< those of this rank's group; a stop is one
  std::vector<std::string> parts; ///< "+part" lines of each instance of this rank's group
};

/// Works at this group's instances until one of them fails or a stop is asked for.
Outcome work(const RunParts& run, std::span<Stage* const> instances, const std::vector<int>& group_of,
             const Groups& groups, mpi::GroupStop& stop) {
  archive::CheckpointStore checkpoints(groups.comm(), run.archive.path());
  Outcome outcome{std::vector<int>(instances.size(), 0),
                  std::vector<double>(instances.size(), 0.0),
                  {},
                  std::vector<std::string>(instances.size())};
  for (std::size_t i = 0; i < instances.size(); ++i) {
    if (group_of[i] != groups.mine()) continue;
    stop.begin(static_cast<int>(i));
    if (stop.stop_now()) break;
    Context context({groups.comm(), run.plan, run.archive, checkpoints, stop, run.existing}, *instances[i]);
    const auto start = std::chrono::steady_clock::now();
    try {
      instances[i]->divisible()->work(context);
      outcome.done[i] = 1;
      for (const std::string& part : context.parts()) outcome.parts[i] += "+" + part + "\n";
      outcome.seconds[i] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    } catch (const Error& error) {
      if (!error.agreed()) throw; // only some ranks know: the whole job has to end
      outcome.failures.emplace(static_cast<int>(i), error);
      if (error.kind() != ErrorKind::stopped) stop.fail();
      break;
    }
  }
  stop.finish();
  run.comm.max(std::span<int>(outcome.done));
  run.comm.max(std::span<double>(outcome.seconds));
  return outcome;
}

/// Throws on every rank what ended the work at instance `i` in its group, if something did. Collective.
void throw_failure(const RunParts& run, const Outcome& outcome, std::size_t i) {
  mpi::agreed(run.comm, [&] {
    if (const auto found = outcome.failures.find(static_cast<int>(i)); found != outcome.failures.end())
      throw found->second;
  });
}

void read_once(const RunParts& run, std::span<Stage* const> instances, const Groups& groups) {
  Context context(run, *instances.front());
  instances.front()->divisible()->read(context, groups.comm());
  for (Stage* instance : instances.subspan(1)) instance->divisible()->share_input(*instances.front());
}

} // namespace

bool are_siblings(const Plan& plan, Stage& a, Stage& b) {
  return a.divisible() != nullptr && same_section(a, b) && parent_groups(plan, a) == parent_groups(plan, b);
}

int n_groups(const Plan& plan, std::size_t n_instances, int n_ranks) {
  const std::uint64_t most = plan.parallel.groups.value_or(n_instances);
  return static_cast<int>(
      std::min({static_cast<std::uint64_t>(n_instances), most, static_cast<std::uint64_t>(n_ranks)}));
}

void run_side_by_side(const RunParts& run, std::span<Stage* const> instances) {
  const Groups groups(run.comm, n_groups(run.plan, instances.size(), run.comm.size()));
  const auto group_of = assign(run.plan, instances, n_groups(run.plan, instances.size(), run.comm.size()));
  read_once(run, instances, groups);
  mpi::GroupStop stop(run.stop, run.comm, groups.comm());
  const Outcome outcome = work(run, instances, group_of, groups, stop);
  for (std::size_t i = 0; i < instances.size(); ++i) {
    const bool failed = stop.first_failed() == static_cast<int>(i);
    if (outcome.done[i] == 0 && !failed) {
      throw_failure(run, outcome, i);
      throw_stopped(stop, run.existing, instances[i]->label(), before_it_began);
    }
    Context context(run, *instances[i], outcome.seconds[i]);
    instances[i]->divisible()->write(context, groups.root(group_of[i]));
    if (failed) throw_failure(run, outcome, i);
    std::set<std::string> parts; // those of a stage that may grow
    for (const std::string& line :
         split(run.comm.broadcast(outcome.parts[i], groups.root(group_of[i])), '\n'))
      if (!line.empty() && instances[i]->may_grow()) parts.insert(line.substr(1));
    run.checkpoints.settle(instances[i]->group(), parts);
  }
}

} // namespace blockspin::campaign
