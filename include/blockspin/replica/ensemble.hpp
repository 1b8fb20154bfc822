#pragma once
// What a sampling run needs of its walkers, however they are stored and spread over ranks.

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/replica/exchange_rule.hpp"

namespace blockspin::replica {

/// How often neighbouring temperatures exchanged, and how replicas travelled.
struct ExchangeStatistics {
  std::vector<std::uint64_t> attempts; ///< [pair]
  std::vector<std::uint64_t> accepted; ///< [pair]
  std::vector<std::uint64_t>
      from_lowest; ///< [temperature]: visits of replicas that were last at the lowest end
  std::vector<std::uint64_t> from_highest; ///< [temperature]: ... at the highest
  std::vector<std::uint64_t> round_trips;  ///< [ladder, temperature at the start]: lowest to highest and back
};

/// The counts by temperature and pair, with names for a checkpoint. Statistics:
/// ExchangeStatistics, const or not.
template <class Statistics>
auto named(Statistics& all) {
  return std::vector{std::pair{"attempts", &all.attempts}, std::pair{"accepted", &all.accepted},
                     std::pair{"from_lowest", &all.from_lowest},
                     std::pair{"from_highest", &all.from_highest}};
}

/// One configuration as it is kept.
struct KeptConfiguration {
  std::size_t temperature; ///< index in the ladder
  std::uint64_t ladder;
  std::uint32_t replica; ///< temperature index its replica started at
  Reading reading;
  std::span<const std::uint8_t> packed; ///< base/packed.hpp; only valid during the call
  /// Where not null: holds `packed` and nothing else, and may be moved from.
  std::vector<std::uint8_t>* storage = nullptr;
};

/// `n_ladders` independent ladders of the same temperatures: one configuration for each ladder and
/// temperature, and so one time series. Series are numbered by the ensemble; the ranks hold consecutive
/// ranges of them. Members are collective over the ranks of the ensemble unless said otherwise. Nothing that
/// is measured depends on how many ranks there are.
class Ensemble {
public:
  virtual ~Ensemble() = default;

  virtual std::uint64_t n_ladders() const = 0;
  virtual std::size_t n_temperatures() const = 0;
  virtual std::uint64_t n_series() const = 0;
  virtual mpi::Range local_series() const = 0;
  /// Temperature index and ladder of a series; a ladder of n_ladders() or above is padding.
  virtual std::size_t temperature_of(std::uint64_t series) const = 0;
  virtual std::uint64_t ladder_of(std::uint64_t series) const = 0;

  /// Updates every configuration once and then, where exchange is on, exchanges
  /// every other neighbouring pair.
  virtual void sweep() = 0;
  /// The present configuration of each local series, in order.
  virtual std::span<const Reading> readings() = 0;
  /// Hands over every present configuration, each on one rank.
  virtual void configurations(const std::function<void(const KeptConfiguration&)>& sink) = 0;
  /// The same on every rank.
  virtual ExchangeStatistics exchange_statistics() const = 0;
  /// Forgets the exchange statistics so far: they are of equilibration.
  virtual void reset_statistics() = 0;
  virtual void save(StateSink& sink) const = 0;
  virtual void load(StateSource& source) = 0;
};

} // namespace blockspin::replica
