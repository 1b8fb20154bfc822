// blockspin sweep: a deck for each combination of values, and a table of them. Runs nothing.

#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>

#include "blockspin/app/command.hpp"
#include "blockspin/archive/file_hash.hpp"
#include "blockspin/archive/small_file.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/read_plan.hpp"
#include "blockspin/mpi/agree.hpp"
#include "blockspin/mpi/stop.hpp"
#include "load_deck.hpp"
#include "point_deck.hpp"
#include "points_table.hpp"
#include "sweep_points.hpp"

namespace blockspin::app {

namespace {

namespace fs = std::filesystem;

std::vector<SweepKey> keys_of(const Invocation& invocation) {
  std::vector<SweepKey> keys;
  std::set<std::string> paths;
  for (const std::string& option : invocation.over) {
    keys.push_back(read_sweep_key(option));
    if (!paths.insert(keys.back().path).second)
      throw Error(ErrorKind::usage, keys.back().path + " is given twice", "--over");
  }
  if (keys.empty())
    throw Error(ErrorKind::usage, "sweep needs --over section.key=values; see blockspin sweep --help");
  if (invocation.output.empty()) throw Error(ErrorKind::usage, "sweep needs a folder: --output DIR");
  return keys;
}

/// What a deck says of its stages: two points that say the same would be the same campaign twice, the seed apart, which
/// is another by itself.
std::string meaning_of(const campaign::Plan& plan) {
  std::string text;
  for (const auto& [name, model] : plan.models)
    for (const auto& value : campaign::model_schema().values({model, {}}))
      text += "\n" + name + value.key + value.text;
  for (const auto& stage : plan.stages)
    for (const auto& value : stage->values())
      text += "\n" + stage->label() + "." + value.key + "=" + value.text;
  return text;
}

/// The same problems, each with the point at which it was found.
deck::Problems at_point(const deck::Problems& problems, const std::string& name) {
  deck::Problems named;
  for (deck::Problem problem : problems.all()) {
    problem.what += " (at the point " + name + ")";
    named.add(std::move(problem));
  }
  return named;
}

/// A sweep on its way.
struct Sweep {
  const Invocation& invocation;
  const mpi::Communicator& comm;
  fs::path folder;
  PointsTable table;
  std::map<std::string, std::string> decks;      ///< texts, by point
  std::map<std::string, std::string> meanings{}; ///< and which point has it
};

/// Makes a point's deck, and throws everything that is wrong with it. Collective.
void add_point(Sweep& sweep, const deck::Document& base, const std::vector<SweepKey>& keys,
               const SweepPoint& point) {
  deck::Problems problems;
  PointDeck made;
  mpi::agreed(sweep.comm,
              [&] { made = deck_of(base, sweep.invocation.kinds, keys, point, sweep.folder, problems); });
  campaign::Plan plan = campaign::read_plan(made.document, sweep.invocation.kinds,
                                            campaign::least_ranks(made.document), problems);
  campaign::look_at_files(plan, sweep.comm, problems);
  campaign::check_names(made.document, plan, sweep.comm, problems);
  campaign::check_references(plan, problems);
  throw_agreed(at_point(problems, point.name));

  const std::string seed = std::to_string(plan.campaign.seed);
  const auto [same, is_new] =
      sweep.meanings.emplace(meaning_of(plan) + (made.has_own_seed ? "\n" + seed : ""), point.name);
  if (!is_new)
    throw_agreed(ErrorKind::usage, "two points would be the same: " + same->second + " and " + point.name,
                 "--over");
  sweep.table.rows.push_back({point.name, point.name + ".ini", point.name + ".h5", seed, point.values});
  sweep.decks[point.name] = std::move(made.text);
}

/// What has to be written, by path, the table last. Files that are there already must be the same, but for the table, which can
/// grow: nothing that ran is replaced.
std::vector<std::pair<fs::path, std::string>> files_to_write(const Sweep& sweep) {
  std::vector<std::pair<fs::path, std::string>> files;
  const fs::path table_path = sweep.folder / "points.csv";
  const auto old_table = text_there(table_path.string());
  const PointsTable table =
      old_table ? merged(read_points_table(*old_table, table_path.string()), sweep.table, table_path.string())
                : sweep.table;
  for (const auto& [name, text] : sweep.decks) {
    const fs::path path = sweep.folder / (name + ".ini");
    const auto there = text_there(path.string());
    if (!there) files.emplace_back(path, text);
    if (there && *there != text)
      throw Error(ErrorKind::archive, "is another deck of that name; choose another folder", path.string());
  }
  if (text_of(table) != old_table) files.emplace_back(table_path, text_of(table));
  return files;
}

void require_no_stop(mpi::StopFlag& stop) {
  if (stop.stop_now())
    throw_agreed(ErrorKind::stopped,
                 "stopped by " + stop.reason() + "; nothing is lost; to go on, run the same command again",
                 "sweep");
}

void write_all(const Sweep& sweep, mpi::StopFlag& stop) {
  std::vector<std::pair<fs::path, std::string>> files;
  mpi::agreed(
      sweep.comm,
      [&] {
        files = files_to_write(sweep);
        fs::create_directories(sweep.folder);
      },
      true);
  const int n_files = sweep.comm.max(static_cast<int>(files.size()));
  for (int i = 0; i < n_files; ++i) {
    require_no_stop(stop);
    mpi::agreed(
        sweep.comm,
        [&] {
          const auto& [path, text] = files[static_cast<std::size_t>(i)];
          archive::write_durably(path.string(), text);
        },
        true);
  }
}

} // namespace

int sweep_command(const Invocation& invocation, const mpi::Communicator& comm) {
  mpi::StopFlag stop(comm, 0.0, "");
  std::vector<SweepKey> keys;
  std::vector<SweepPoint> points;
  mpi::agreed(comm, [&] {
    keys = keys_of(invocation);
    points = combine(keys, invocation.zip);
  });
  deck::Problems problems;
  const deck::Document base = load_deck(comm, invocation.arguments.front(), {}, problems);
  throw_agreed(problems);

  Sweep sweep{invocation, comm, invocation.output, {}, {}};
  for (const SweepKey& key : keys) sweep.table.keys.push_back(key.path);
  const archive::FileHashMemory memory;
  for (const SweepPoint& point : points) {
    require_no_stop(stop);
    add_point(sweep, base, keys, point);
  }
  write_all(sweep, stop);
  const std::string folder = sweep.folder.string();
  if (comm.is_root())
    fmt::print("{} in {}: points.csv and a deck each; run them in any order, then `blockspin status {}`\n",
               counted(points.size(), "point"), folder, folder);
  return 0;
}

} // namespace blockspin::app
