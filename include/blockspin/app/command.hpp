#pragma once
// Every subcommand, one row each.

#include <span>
#include <string>
#include <vector>

#include "blockspin/app/command_line.hpp"
#include "blockspin/mpi/communicator.hpp"

namespace blockspin::app {

/// A name may have two rows that differ in their number of arguments.
struct Command {
  std::string name;
  std::string arguments; ///< "DECK", as the help shows it
  std::string help;
  std::vector<std::string> options; ///< names of the options it takes, of those in command_line.cpp
  std::size_t least_arguments = 0, most_arguments = 0;
  /// A command without ranks: runs before MPI starts. Returns the exit code.
  int (*alone)(const Invocation&) = nullptr;
  /// A command on all ranks; collective, the same exit code on every rank.
  int (*together)(const Invocation&, const mpi::Communicator&) = nullptr;
};

/// Exit code of `verify` where bytes differ. No ErrorKind: nothing has failed.
inline constexpr int exit_of_difference = 6;

/// At most so many lines of results at the end of a run, and of `info`: with its other lines, a screen.
inline constexpr std::size_t most_result_lines = 16;

std::span<const Command> commands();
/// The text of --help.
std::string help_text();

// The commands themselves, each in src/app/<name>.cpp.
int run_command(const Invocation& invocation, const mpi::Communicator& comm);
int check_command(const Invocation& invocation, const mpi::Communicator& comm);
int info_command(const Invocation& invocation, const mpi::Communicator& comm);
int sweep_command(const Invocation& invocation, const mpi::Communicator& comm);
int status_command(const Invocation& invocation, const mpi::Communicator& comm);
int parameters_command(const Invocation& invocation);
int selftest_command(const Invocation& invocation, const mpi::Communicator& comm);
int bench_command(const Invocation& invocation, const mpi::Communicator& comm);
int verify_deck_command(const Invocation& invocation);
int verify_archives_command(const Invocation& invocation, const mpi::Communicator& comm);

} // namespace blockspin::app
