#pragma once
// From a deck's text to a plan: kinds, scans, values, references.

#include "blockspin/campaign/plan.hpp"
#include "blockspin/deck/document.hpp"

namespace blockspin::campaign {

/// Sections a deck need not write for --set to reach their keys.
std::vector<std::string> sections_always_there();

/// The fewest ranks that could run a document: those its [parallel] domains need. Local.
int least_ranks(const deck::Document& document);

/// Understands a document, for a run on `n_ranks`, by the kinds of stages there are. Whatever is wrong goes
/// to `problems`; what could be understood is returned. Local.
Plan read_plan(const deck::Document& document, std::span<const Kind> kinds, int n_ranks,
               deck::Problems& problems);

/// Lets every stage of the deck look at what it needs of the file system (an import at its file). Collective.
void look_at_files(Plan& plan, const mpi::Communicator& comm, deck::Problems& problems);

/// The file system must take the archive's path, and the names of the files that carry a stage's name.
/// Collective: the root asks it.
void check_names(const deck::Document& document, const Plan& plan, const mpi::Communicator& comm,
                 deck::Problems& problems);

/// Every reference must lead to a stage earlier in the deck or to a complete group of plan.archive (null:
/// there is none), and every stage's own check must hold, where its section and those it refers to can be
/// trusted. Local.
void check_references(const Plan& plan, deck::Problems& problems);

} // namespace blockspin::campaign
