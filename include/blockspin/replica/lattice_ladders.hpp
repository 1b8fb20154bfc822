#pragma once
// Ladders of large lattices: walkers keep their lattices, temperatures move.

#include <memory>
#include <optional>
#include <vector>

#include "blockspin/replica/ensemble.hpp"
#include "blockspin/replica/global_flip.hpp"
#include "blockspin/replica/ladder_setup.hpp"
#include "blockspin/replica/rank_layout.hpp"
#include "blockspin/replica/walker.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::replica {

/// Walker w = l T + r is replica r of ladder l, on one group of ranks for good; which temperature it is at,
/// every rank knows. An exchange swaps two walkers' temperatures. Series number l T + t.
class LatticeLadders : public Ensemble {
public:
  /// Collective. The communicator must outlive the object.
  LatticeLadders(const mpi::Communicator& comm, const LadderSetup& setup, const RankLayout& layout,
                 const WalkerFactory& make_walker);
  ~LatticeLadders() override;

  std::uint64_t n_ladders() const override { return setup_.n_ladders; }
  std::size_t n_temperatures() const override { return setup_.temperatures.size(); }
  std::uint64_t n_series() const override { return setup_.n_ladders * n_temperatures(); }
  mpi::Range local_series() const override {
    return mpi::block_range(n_series(), comm_.rank(), comm_.size());
  }
  std::size_t temperature_of(std::uint64_t series) const override { return series % n_temperatures(); }
  std::uint64_t ladder_of(std::uint64_t series) const override { return series / n_temperatures(); }

  void sweep() override;
  std::span<const Reading> readings() override;
  void configurations(const std::function<void(const KeptConfiguration&)>& sink) override;
  ExchangeStatistics exchange_statistics() const override { return statistics_; }
  void reset_statistics() override;
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;

private:
  std::uint64_t first_of(std::uint64_t walker) const { return walker - walker % n_temperatures(); }
  void measure();
  void turn_over();
  void exchange();
  void update_travellers();

  const mpi::Communicator& comm_;
  LadderSetup setup_;
  rng::Generator exchanges_;
  ExchangeRule rule_;
  std::optional<GlobalFlip> flip_; ///< where there is a field
  bool works_;                     ///< whether this rank is in a group
  mpi::Communicator group_;
  mpi::Range walkers_{0, 0}; ///< of this rank's group
  std::vector<std::unique_ptr<Walker>> mine_;
  std::uint64_t n_sweeps_ = 0;
  bool measured_ = false;                  ///< whether all_readings_ belong to the present configurations
  std::vector<std::uint32_t> temperature_; ///< [walker]: index of the temperature it is at
  std::vector<std::uint32_t> walker_at_;   ///< [ladder T + temperature]: the walker, within its ladder
  std::vector<std::uint32_t>
      last_end_;                      ///< [walker]: 0 none yet, 1 the lowest, 2 the highest after the lowest
  std::vector<Reading> all_readings_; ///< [walker]
  std::vector<Reading> local_readings_; ///< [local series]
  ExchangeStatistics statistics_;
};

} // namespace blockspin::replica
