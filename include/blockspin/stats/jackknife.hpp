#pragma once
// Binned jackknife for functions of means.

#include <functional>
#include <span>

#include "blockspin/base/array.hpp"

namespace blockspin::stats {

struct JackknifeEstimate {
  double value = 0; ///< with the jackknife's bias removed
  double plain = 0; ///< the function of the plain means
  double error = 0;
};

/// Delete-one jackknife (Efron 1982) of f(means) over equally weighted bins: bin_means has shape [bin,
/// quantity]. At least two bins. Local; the order of sums is that of the bins.
JackknifeEstimate jackknife(View<const double, 2> bin_means,
                            const std::function<double(std::span<const double>)>& f);

/// Means over bins of `bin_length` successive samples that never straddle chains: samples [chain, time,
/// quantity] become [chain * (time / bin_length), quantity]; what does not fill a bin is dropped from the
/// chain's *beginning*.
Array<double, 2> bin_means(View<const double, 3> samples, std::size_t bin_length);

/// A bin length for which the jackknife's error is within about 5 % of the true one: 10 tau, at least 1, at
/// most `time`.
std::size_t bin_length_for(double tau, std::size_t time);

} // namespace blockspin::stats
