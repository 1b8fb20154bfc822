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

} // namespace blockspin::stats
