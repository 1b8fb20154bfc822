#include "blockspin/rg/map_estimate.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "blockspin/base/error.hpp"
#include "blockspin/stats/jackknife.hpp"

namespace blockspin::rg {

void ln_traces(const SpinModel& model, const FreeEnergy& machine, const PackedView& configurations,
               std::span<double> out) {
  require(configurations.n_sites == model.n_sites && out.size() == configurations.n_configurations(),
          "one ln Tr_h exp T a configuration of the model's sites");
  std::vector<std::int8_t> spins(model.n_sites);
  for (std::size_t i = 0; i < out.size(); ++i) {
    for (std::size_t site = 0; site < spins.size(); ++site)
      spins[site] = static_cast<std::int8_t>(configurations.spin(i, site));
    out[i] = model.hamiltonian(spins) - machine(spins);
  }
}

LnTraceMoments ln_trace_moments(std::span<const double> values, std::size_t n_bins) {
  require(values.size() >= 2, "moments need two values or more");
  n_bins = std::min(n_bins, values.size());
  const std::size_t length = values.size() / n_bins;
  // About the first value, so that the squares of a nearly constant series keep their digits.
  Array<double, 2> bins({n_bins, 2});
  for (std::size_t bin = 0; bin < n_bins; ++bin)
    for (std::size_t i = 0; i < length; ++i) {
      const double d = values[bin * length + i] - values[0];
      bins(bin, 0) += d / static_cast<double>(length);
      bins(bin, 1) += d * d / static_cast<double>(length);
    }
  const auto mean = stats::jackknife(bins, [](std::span<const double> m) { return m[0]; });
  const auto std = stats::jackknife(
      bins, [](std::span<const double> m) { return std::sqrt(std::max(0.0, m[1] - m[0] * m[0])); });
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return {{mean.plain + values[0], mean.error}, {std.plain, std.error}, *least, *most};
}

MapVerdict judge_map(const LnTraceMoments& moments, double ising_ln_z, Estimated machine_ln_z) {
  const double delta_f = ising_ln_z - machine_ln_z.value;
  return {{delta_f, machine_ln_z.error},
          {-delta_f - moments.mean.value, std::hypot(machine_ln_z.error, moments.mean.error)}};
}

} // namespace blockspin::rg
