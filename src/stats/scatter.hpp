#pragma once
// What the scatter of chains' means and the size of events say of a mean's error.

#include <cstddef>

#include "blockspin/base/array.hpp"

namespace blockspin::stats {

/// Variance of the overall mean from the scatter of the chains' means. Shape [chain, time], about the
/// common mean; two chains or more.
double variance_from_chains(View<const double, 2> deviation);

/// The size of an event: the third over the second moment of the sums of `block` successive samples.
/// That is e for a series of a few events of size e; of many samples without skewness it is small
/// beside the sum's standard deviation. Shape [chain, time], about the common mean.
double size_of_event(View<const double, 2> deviation, std::size_t block);

/// The chance that the means of `n_chains` independent chains scatter as they do or more: `scatter`
/// and `expected` are the variances of the overall mean by their scatter and by what happens within
/// the chains, `event` the size of an event over the number of samples. Chi-square, with the
/// degrees of freedom that are left where events are few.
double chance_of_scatter(double scatter, double expected, double event, std::size_t n_chains);

} // namespace blockspin::stats
