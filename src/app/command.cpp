#include "blockspin/app/command.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "blockspin/base/build_info.hpp"

namespace blockspin::app {

namespace {

/// All rows of a name, as one entry: how it is called, and what it does.
std::string entry_of(const std::string& name) {
  std::string usage, help;
  for (const Command& row : commands()) {
    if (row.name != name) continue;
    std::string options;
    for (const std::string& option : row.options) options += " [--" + option + "]";
    usage += fmt::format("  {:<{}} {}{}\n", usage.empty() ? name : "", name.size(), row.arguments, options);
    help += (help.empty() ? "" : "; or ") + row.help;
  }
  return usage + "      " + help + "\n";
}

/// The help of all commands, or of the one that the help was asked for.
int help_command(const Invocation& invocation) {
  std::string text;
  for (const Command& command : commands()) {
    if (invocation.arguments.empty() || command.name != invocation.arguments.front()) continue;
    if (text.empty()) text = entry_of(command.name);
    text += options_text(command.options);
  }
  fmt::print("{}", text.empty() ? help_text() : text);
  return 0;
}

int version_command(const Invocation&) {
  fmt::print("blockspin {}\n", version());
  for (const auto& [name, value] : build_info())
    if (name != "version") fmt::print("  {}: {}\n", name, value);
  return 0;
}

constexpr std::size_t any_number = 1000;

/// What concerns neither a deck nor an archive.
std::vector<Command> commands_about_the_program() {
  return {
      {"parameters",
       "[SECTION[.KEY]]",
       "reference of every deck key, of one section, or of one key",
       {"markdown"},
       0,
       1,
       parameters_command},
      {"selftest", "[NAME...]", "compare with exact answers", {}, 0, any_number, nullptr, selftest_command},
      {"bench", "[NAME...]", "built-in benchmarks", {"petsc"}, 0, any_number, nullptr, bench_command},
      {"--help", "", "this text", {}, 0, any_number, help_command, nullptr},
      {"--version", "", "version and build", {}, 0, 0, version_command, nullptr},
  };
}

std::vector<Command> commands_about_campaigns() {
  return {
      {"run",
       "DECK",
       "run a deck's stages, in order, into its archive",
       {"set", "resume", "overwrite", "force", "walltime", "petsc"},
       1,
       1,
       nullptr,
       run_command},
      {"check",
       "DECK",
       "every error of a deck at once; else what would run, and what it would cost",
       {"set", "ranks"},
       1,
       1,
       nullptr,
       check_command},
      {"info",
       "ARCHIVE",
       "what an archive holds",
       {"brief", "all", "json", "lineage", "check"},
       1,
       1,
       nullptr,
       info_command},
      {"verify",
       "DECK",
       "run a deck undisturbed, then killed and resumed at random on other rank counts; compare every byte",
       {"set", "force", "rounds", "ranks"},
       1,
       1,
       verify_deck_command},
      {"verify",
       "A.h5 B.h5",
       "compare the scientific datasets of two archives byte by byte",
       {},
       2,
       2,
       nullptr,
       verify_archives_command},
      {"sweep",
       "DECK",
       "a deck for each combination of values, with a seed of its own, and a table of them: points.csv",
       {"over", "zip", "output"},
       1,
       1,
       nullptr,
       sweep_command},
      {"status",
       "DIR",
       "how far each point of a sweep is: done, running, stopped, partial, failed, stale, ...",
       {},
       1,
       1,
       nullptr,
       status_command},
  };
}

} // namespace

std::span<const Command> commands() {
  static const std::vector<Command> all = [] {
    auto rows = commands_about_campaigns();
    const auto others = commands_about_the_program();
    rows.insert(rows.end(), others.begin(), others.end());
    return rows;
  }();
  return all;
}

std::string help_text() {
  std::string text =
      "blockspin: Ising, restricted Boltzmann machines and the renormalization group, over MPI\n\n"
      "usage: [mpirun -n N] blockspin COMMAND ...\n\n";
  std::string last;
  for (const Command& command : commands())
    if (command.name != last) text += entry_of(last = command.name);
  text += "\n--set section.key=value overrides a deck key; --walltime HH:MM:SS; --petsc \"-log_view\"; "
          "--lineage PATH;\nblockspin COMMAND --help explains a command.\n"
          "Exit codes: 0 done, 1 internal, 2 usage, 3 deck, 4 archive or file, 5 numerical, 6 verify found a "
          "difference,\n75 stopped early, as asked (run the same command with --resume).\n";
  return text;
}

} // namespace blockspin::app
