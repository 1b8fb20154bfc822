#pragma once
// The command line, read before MPI starts.

#include <span>
#include <string>
#include <vector>

#include "blockspin/campaign/kind.hpp"

namespace blockspin::app {

struct Command;

/// What the user asked for. Options a command does not take are usage errors, so
/// the rest keep their defaults.
struct Invocation {
  const Command* command = nullptr;
  std::span<const campaign::Kind> kinds; ///< of stages a deck may have
  std::vector<std::string> arguments;    ///< DECK, ARCHIVE, NAME...
  std::vector<std::string> overrides;    ///< --set
  std::vector<std::string> over;         ///< sweep: section.key=values
  bool zip = false;                      ///< sweep: values together, no product
  std::string output;                    ///< sweep: the folder
  bool resume = false;
  bool overwrite = false;
  bool force = false;          ///< run, verify: also where memory or disk will not do
  bool check = false;          ///< info: read everything and compare it with the checksums
  double walltime_seconds = 0; ///< 0: no limit
  int n_ranks = 0;             ///< --ranks; 0: as many as run the command
  bool brief = false;          ///< info: the results alone
  bool all = false;            ///< info: keys, datasets and provenance of every group
  bool json = false;
  bool markdown = false;
  std::string lineage;       ///< --lineage
  std::string petsc_options; ///< --petsc
  int n_rounds = 0;          ///< --rounds
  std::string text;          ///< the command line as typed, for the record
};

/// Throws ErrorKind::usage. `--help` and `--version` come back as commands of their own. Local.
Invocation read_command_line(const std::vector<std::string>& arguments);

/// What these options mean, a line each, for --help. Local.
std::string options_text(std::span<const std::string> names);

/// "HH:MM:SS" in seconds; throws ErrorKind::usage.
double parse_walltime(const std::string& text);

} // namespace blockspin::app
