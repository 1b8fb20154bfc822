#pragma once
// Events that a time series does not show although they happen.

#include <cstdint>

#include "linearised.hpp"

namespace blockspin::ising {

/// Makes room in the error of an observable for what was not seen in `n` samples, of which `seen` is
/// one; T > 0 and finite, else what did not vary is certain.
/// Nothing varied: the bound of three events, each a single spin turned; the rate of what was never
/// seen in n samples is below 3/n with 95 %. The whole lattice turned over: its chance is known, 1 / (1
/// + exp(2 h <|M|> / T)); where fewer than one is expected, the error holds that share of one event
/// (its square, the expected number times the event's).
void count_unseen(const Linearised& observable, Observable o, const Sample& seen, std::uint64_t n,
                  stats::MeanEstimate& estimate);

} // namespace blockspin::ising
