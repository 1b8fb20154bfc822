#pragma once
// Whether a training that is under way, or at its end, can go on with other settings: what is over must have been the
// same with them.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/train/settings.hpp"

namespace blockspin::train {

/// interval, 2 interval, ... up to n_epochs; none of an interval of 0. Local.
std::vector<std::uint64_t> judged_epochs(std::uint64_t interval, std::uint64_t n_epochs);

/// The first of the epochs `wanted`, up to n_epochs, that `kept` does not have; 0 where it has all. Both increase.
/// Local.
std::uint64_t first_missing(std::span<const std::uint64_t> wanted, std::span<const std::uint64_t> kept,
                            std::uint64_t n_epochs);

/// Whether the learning rates of the first n_epochs are the same. Local.
bool same_rates(const UpdateRule& one, const UpdateRule& other, std::uint64_t n_epochs);

/// What a training did in the epochs that have begun, as far as settings that may change say it.
struct Beginning {
  std::uint64_t n_epochs = 0; ///< that are over
  std::vector<double> rates;  ///< of these, and of one that is under way
  double weight_limit = 0;
  JudgeSettings judge;
  std::vector<std::uint64_t> snapshots;
};
/// Local.
void save(StateSink& sink, const Beginning& beginning);
/// Collective.
Beginning load_beginning(StateSource& source);
/// A setting that does not agree with what is done.
struct Contradiction {
  std::string setting; ///< "epochs", "rates" (of the update), "judge_interval", ...
  std::string done;    ///< "epoch 2 had the rate 0.05"
};
/// Where a training of these settings would have begun otherwise, or would be over: epochs, update, judge, snapshots
/// and weight_limit count. Local.
std::optional<Contradiction> contradiction(const Settings& settings, const Beginning& beginning);
/// Throws an agreed ErrorKind::setting where there is one. Local.
void require_same_beginning(const Settings& settings, const Beginning& beginning);

} // namespace blockspin::train
