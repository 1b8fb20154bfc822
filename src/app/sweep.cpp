// blockspin sweep: a deck for each combination of values, and a table of them. Runs nothing.

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include <fmt/format.h>

#include "blockspin/app/command.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/read_plan.hpp"
#include "blockspin/deck/codec.hpp"
#include "blockspin/mpi/agree.hpp"
#include "load_deck.hpp"
#include "sweep_points.hpp"

namespace blockspin::app {

namespace {

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

/// The value of campaign.seed, or empty where it is not among the keys.
std::string seed_given(const std::vector<SweepKey>& keys, const SweepPoint& point) {
  for (std::size_t k = 0; k < keys.size(); ++k)
    if (keys[k].path == "campaign.seed") return point.values[k];
  return {};
}

std::uint64_t seed_of(std::uint64_t deck_seed, const std::vector<SweepKey>& keys, const SweepPoint& point) {
  const std::string given = seed_given(keys, point);
  try {
    return given.empty() ? derived_seed(deck_seed, keys, point)
                         : deck::parse_unsigned(given, ~std::uint64_t{0});
  } catch (const deck::BadValue& bad) {
    throw Error(ErrorKind::usage, "campaign.seed: " + bad.what, "--over");
  }
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

/// Throws every error of a point's deck; returns its meaning. Collective.
std::string checked(const Invocation& invocation, const mpi::Communicator& comm, const std::string& path,
                    const std::string& text) {
  deck::Problems problems;
  const deck::Document document = deck::parse(path, text, problems);
  campaign::Plan plan = campaign::read_plan(document, invocation.kinds, 1, problems);
  campaign::look_at_files(plan, comm, problems);
  campaign::check_references(plan, problems);
  throw_agreed(problems);
  return meaning_of(plan);
}

/// Files that are there already must be the same: a sweep can grow, and nothing that ran is replaced.
void write_file(const std::filesystem::path& path, const std::string& text, bool may_change) {
  std::error_code none;
  if (std::filesystem::exists(path, none) && !may_change) {
    if (deck::read_text(path.string()) == text) return;
    throw Error(ErrorKind::usage, "holds another deck of that name; choose another folder", path.string());
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw Error(ErrorKind::archive, "cannot be written", path.string());
}

struct Sweep {
  std::vector<SweepKey> keys;
  std::vector<SweepPoint> points;
  std::vector<std::uint64_t> seeds; ///< by point
  std::vector<std::string> decks;   ///< by point
};

Sweep sweep_of(const Invocation& invocation, const deck::Document& document, deck::Problems& problems) {
  Sweep sweep{keys_of(invocation), {}, {}, {}};
  sweep.points = combine(sweep.keys, invocation.zip);
  const std::uint64_t deck_seed = campaign::read_plan(document, invocation.kinds, 1, problems).campaign.seed;
  for (const SweepPoint& point : sweep.points) {
    if (!problems.empty()) break; // the same ones at every point
    sweep.seeds.push_back(seed_of(deck_seed, sweep.keys, point));
    sweep.decks.push_back(deck_of(document, sweep.keys, point, sweep.seeds.back(), problems));
  }
  return sweep;
}

void write_all(const Sweep& sweep, const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) throw Error(ErrorKind::archive, failed.message(), folder.string());
  for (std::size_t i = 0; i < sweep.points.size(); ++i)
    write_file(folder / (sweep.points[i].name + ".ini"), sweep.decks[i], false);
  write_file(folder / "points.csv", table_of(sweep.keys, sweep.points, sweep.seeds), true);
}

} // namespace

int sweep_command(const Invocation& invocation, const mpi::Communicator& comm) {
  Sweep sweep;
  deck::Problems problems;
  const deck::Document document = load_deck(comm, invocation.arguments.front(), {}, problems);
  mpi::agreed(comm, [&] { sweep = sweep_of(invocation, document, problems); });
  throw_agreed(problems);

  std::map<std::string, std::string> meanings; // and whose
  for (std::size_t i = 0; i < sweep.points.size(); ++i) {
    const SweepPoint& point = sweep.points[i];
    const std::string meaning =
        checked(invocation, comm, point.name + ".ini", sweep.decks[i]) + seed_given(sweep.keys, point);
    const auto [same, is_new] = meanings.emplace(meaning, point.name);
    if (!is_new)
      throw_agreed(ErrorKind::usage, "two points would be the same: " + same->second + " and " + point.name,
                   "--over");
  }
  const std::filesystem::path folder = invocation.output;
  mpi::agreed(
      comm, [&] { write_all(sweep, folder); }, true);
  if (comm.is_root())
    fmt::print("{} in {}: points.csv and a deck each; run them in any order, then `blockspin status {}`\n",
               counted(sweep.points.size(), "point"), folder.string(), folder.string());
  return 0;
}

} // namespace blockspin::app
