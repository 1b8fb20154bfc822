#pragma once
// Binned jackknife for functions of means.

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "blockspin/base/array.hpp"

namespace blockspin::stats {

struct JackknifeEstimate {
  double value = 0; ///< with the jackknife's bias removed
  double plain = 0; ///< the function of the plain means
  double error = 0;
};

/// Several functions of the data at once: of all of it, or without one of its bins.
using LeaveOut = std::function<std::vector<double>(std::optional<std::size_t> bin)>;

/// Delete-one jackknife of each function over independent bins, which may differ in size: Busing, Meijer &
/// van der Leeden, Stat. Comput. 9, 3 (1999); Efron's for equal ones. size[bin] > 0, in any unit; at least
/// two bins. A function that is NaN without some bin has the error NaN. Local; f is called for all data, then
/// for bins in order.
std::vector<JackknifeEstimate> jackknife(std::span<const double> size, const LeaveOut& f);

/// The covariance matrix of the functions' estimates by the same jackknife: its diagonal is the squared errors. NaN
/// in rows and columns of functions that are NaN without some bin. Local.
Array<double, 2> jackknife_covariance(std::span<const double> size, const LeaveOut& f);

/// Delete-one jackknife (Efron 1982) of f(means) over equally weighted bins: bin_means has shape [bin,
/// quantity]. At least two bins. Local; the order of sums is that of the bins.
JackknifeEstimate jackknife(View<const double, 2> bin_means,
                            const std::function<double(std::span<const double>)>& f);

} // namespace blockspin::stats
