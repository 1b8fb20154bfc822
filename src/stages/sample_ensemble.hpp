#pragma once
// Which walkers a sample stage uses, and why: decided by the deck alone, but for the division over ranks.

#include <memory>
#include <optional>
#include <string>

#include "blockspin/campaign/parallel.hpp"
#include "blockspin/replica/cluster_walker.hpp"
#include "blockspin/replica/ensemble.hpp"
#include "blockspin/replica/ladder_setup.hpp"
#include "blockspin/replica/rank_layout.hpp"
#include "blockspin/stages/sample.hpp"

namespace blockspin::stages {

/// How spins are updated: by clusters, or spin by spin with the setup's local update.
struct UpdateChoice {
  std::optional<replica::ClusterUpdate> clusters;
  std::string name;   ///< as in the deck
  std::string reason; ///< where the deck left it open, a sentence for the log
};

/// By the deck and the setup's geometry and field; sets the setup's local update too. For temperatures that
/// are still to be found, by those the search begins with and the critical one where it is among them. Local.
UpdateChoice choose_update(const SampleDeck& deck, replica::LadderSetup& setup);

/// Whether the setup's local update is Metropolis on a lattice of the few sites, in two or three dimensions
/// and without a field, where random starts may be states that every sweep turns over and none leaves. Local.
bool may_turn_for_ever(const replica::LadderSetup& setup);

/// What a search for temperatures may cost (replica/ladder_search.hpp): a second or two of either update.
double updates_of_trial(const UpdateChoice& update);

/// Those of the temperatures that are sampled by chains.
std::vector<double> simulated(const std::vector<double>& temperatures);

/// The deck's wish for domains; empty where it leaves them open.
std::optional<replica::DomainRequest> request_of(const campaign::ParallelDeck& parallel);

/// Independent ladders where the deck leaves it open: bit-parallel storage wants 64 of them, and pays for
/// each one's equilibration;
/// a lattice that fills the registers by itself, or is updated by clusters, needs no company.
std::uint64_t automatic_replicas(const lattice::Geometry& geometry, std::uint64_t configurations,
                                 bool clusters);

/// Whether bits go across replicas (replica/lane_ladders.hpp) rather than along rows
/// (replica/lattice_ladders.hpp): whichever updates fewer vectors of 512 bits a sweep.
bool bits_across_replicas(const lattice::Geometry& geometry, std::size_t n_temperatures,
                          std::uint64_t n_ladders);

struct ChosenEnsemble {
  std::unique_ptr<replica::Ensemble> ensemble;
  std::string layout; ///< a sentence for the log and the record
};

/// Collective; throws an agreed ErrorKind::setting where the domains asked for cannot be had.
ChosenEnsemble make_ensemble(const mpi::Communicator& comm, const replica::LadderSetup& setup,
                             const UpdateChoice& update,
                             const std::optional<replica::DomainRequest>& domains);

} // namespace blockspin::stages
