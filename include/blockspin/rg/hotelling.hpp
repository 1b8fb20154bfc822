#pragma once
// Hotelling's test: are several means 0, whose covariance is estimated from few bins?

#include <span>

#include "blockspin/base/array.hpp"

namespace blockspin::rg {

struct Hotelling {
  double t_squared; ///< D' V^-1 D
  double p_value;   ///< the chance of so large a one where all true means are 0, by the F distribution
};

/// Of p means [p] and their covariance [p, p] from `n_bins` bins. NaN where n_bins <= p + 2 or the covariance is
/// singular. Local.
Hotelling hotelling(std::span<const double> means, View<const double, 2> covariance, double n_bins);

} // namespace blockspin::rg
