#pragma once
// A ladder of temperatures whose neighbours exchange equally often, found from a short trial.

#include <functional>
#include <memory>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/replica/ensemble.hpp"
#include "blockspin/replica/ladder_setup.hpp"

namespace blockspin::replica {

/// `count` temperatures in geometric progression, both ends exact; 0 < first < last, count >= 2. Local.
std::vector<double> geometric_ladder(double first, double last, std::size_t count);

/// The temperatures with the same ends that divide the distance evenly, given the distances between present
/// neighbours (> 0): ln T is interpolated in the distance by monotone cubics (Fritsch & Carlson, SIAM J.
/// Numer. Anal. 17, 238, 1980), so that an even ladder stays as it is. Local.
std::vector<double> even_ladder(std::vector<double> temperatures, const std::vector<double>& distance);

/// How far apart two temperatures are, from the share of exchanges that are accepted: that of two normal
/// distributions of energy with standard deviation s is erfc(distance), distance = s (1/T - 1/T') / 2, which
/// adds up along a ladder (Predescu, Predescu & Ciobanu, J. Chem. Phys. 120, 4119, 2004). Where too few were
/// accepted to tell, distance^2 = (1/T - 1/T') (U' - U) / 4 by the mean total energies U, the same for normal
/// distributions. Never 0. Local.
double exchange_distance(std::uint64_t accepted, std::uint64_t attempts, double inverse_difference,
                         double energy_difference);

/// Spin updates that the last trial of a search may cost, whatever they cost in time; see trial_sweeps().
inline constexpr double updates_of_last_trial = 0x1p30;

/// Sweeps of all trials of a search with such a setup, whose ladders beyond 64 are not used. The first trial
/// has 64, each one twice as many as the one before, the last 2048 or, where that is no more than `updates`
/// spin updates, up to 16384; half of each are thrown away. None for two temperatures. Local.
std::uint64_t trial_sweeps(const LadderSetup& setup, double updates = updates_of_last_trial);

/// Finds the ladder by feedback: a trial run counts exchanges, temperatures are moved so that the
/// distances found are even, and again, in longer and longer trials. Even acceptance is the fixed
/// point, whatever the energies' distribution. All counts are integers: the ladder is the same bits for
/// every rank count. Temperatures are rounded to six decimals where neighbours are further apart than
/// 10^-4. Members are collective.
class LadderSearch : public Stepper {
public:
  /// Makes an ensemble of the given setup.
  using MakeEnsemble = std::function<std::unique_ptr<Ensemble>(const LadderSetup&)>;

  /// The setup's temperatures are where the search begins; its ends stay. Trials use up to 64 of its ladders,
  /// exchange switched on, and random numbers of instances `setup.instance` and on. The communicator must
  /// outlive the object.
  LadderSearch(const mpi::Communicator& comm, LadderSetup setup, MakeEnsemble make,
               double updates = updates_of_last_trial);

  bool done() const override { return round_ == n_rounds_; }
  void advance() override;
  double work_done() const override;
  double work_total() const override;
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;

  /// The ladder so far.
  const std::vector<double>& temperatures() const { return setup_.temperatures; }
  /// Accepted share of each pair in the last trial, before temperatures were moved for the last time.
  const std::vector<double>& acceptance() const { return acceptance_; }

private:
  std::uint64_t sweeps_in_round() const;
  void start_round();
  void add_energies();
  void finish_round();

  const mpi::Communicator& comm_;
  LadderSetup setup_;
  MakeEnsemble make_;
  std::uint64_t n_rounds_ = 0;
  std::uint64_t round_ = 0;
  std::uint64_t sweeps_ = 0; ///< of the present round
  std::unique_ptr<Ensemble> ensemble_;
  std::vector<std::int64_t> antiparallel_, up_; ///< [temperature]: this rank's sums of the present round
  std::vector<double> acceptance_;
};

} // namespace blockspin::replica
