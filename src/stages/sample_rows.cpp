#include "blockspin/stages/sample.hpp"

namespace blockspin::stages {

std::vector<rng::StreamId> SampleStage::streams() {
  using enum rng::StreamId;
  return {sample_initial,     sample_update, sample_cluster, sample_exchange,
          sample_global_flip, sample_sign,   sample_flip,    sample_ground_state};
}

std::vector<archive::Row> SampleStage::rows() {
  using enum ElementType;
  const archive::Axis temperature{"temperature", "temperature"};
  const archive::Axis configuration{"configuration", ""};
  const archive::Axis distance{"distance", "correlation/distance"};
  const archive::Axis pair{"pair", ""};
  const archive::Axis replica{"replica", ""};
  std::vector<archive::Row> rows = ensemble_rows();
  const std::vector<archive::Row> own = {
      {"energy", f64, {temperature, configuration}, "J", "energy per spin of the kept configurations"},
      {"magnetization",
       f64,
       {temperature, configuration},
       "1",
       "magnetisation per spin of the kept configurations"},
      {"observables/{observable}/mean",
       f64,
       {temperature},
       "1",
       "{observable}: mean over the whole time series, J = k_B = 1. m = M/N, E with the field's part: energy "
       "<E>/N, specific_heat (<E^2> - <E>^2)/(N T^2), magnetization <m>, abs_magnetization <|m|>, "
       "magnetization_squared <m^2>, susceptibility N(<m^2> - <|m|>^2)/T (fluctuations within one well), "
       "susceptibility_connected N(<m^2> - <m>^2)/T (dm/dh of the finite lattice at every field; <m> = 0 "
       "without one), "
       "susceptibility_high_t N<m^2>/T, binder_cumulant 1 - <m^4>/(3<m^2>^2), NaN where M was 0 in every "
       "sample. Without a field M has a random sign in every sample, as -v is as likely as v"},
      {"observables/{observable}/error",
       f64,
       {temperature},
       "1",
       "{observable}: standard error of the mean; autocorrelation, the scatter of the ladders and one event "
       "more than was seen are included; where nothing varied an upper bound: three turned spins' worth, the "
       "most of what happened in none of n samples (95 %)"},
      {"observables/{observable}/tau",
       f64,
       {temperature},
       "sweeps",
       "{observable}: integrated autocorrelation time; 1/2 for independent data, and where nothing varied"},
      {"sweeps", u64, {}, "sweeps", "length of the time series: sweeps after equilibration"},
      {"target/{observable}/wanted", f64, {}, "1", "{observable}: the largest standard error asked for"},
      {"target/{observable}/reached",
       f64,
       {},
       "1",
       "{observable}: the largest standard error of all temperatures of the time series"},
      {"target/{observable}/temperature", f64, {}, "J/k_B", "{observable}: where that error is"},
      {"target/{observable}/met",
       u8,
       {},
       "1",
       "{observable}: 1 where the target was met, 0 where max_sweeps ended the run"},
      {"correlation/distance",
       u64,
       {distance},
       "1",
       "lattice spacings along an axis, up to half the shortest extent and at most 128"},
      {"correlation/mean",
       f64,
       {temperature, distance},
       "1",
       "G(r) = <s(0) s(r)> along the axes, averaged over sites and axes, of the first 4096 kept "
       "configurations"},
      {"correlation/error",
       f64,
       {temperature, distance},
       "1",
       "standard error of G(r); where G(r) was the same in all configurations an upper bound, three turned "
       "spins' worth"},
      {"correlation/length",
       f64,
       {temperature},
       "1",
       "second-moment correlation length in lattice spacings, sqrt(N<m^2>/S(k) - 1) / (2 sin(k/2)), k = 2 "
       "pi/L along the longest axes; of the full correlations, so it grows without bound where the lattice "
       "orders"},
      {"correlation/length_error", f64, {temperature}, "1", "standard error of the correlation length"},
      {"exchange/acceptance",
       f64,
       {pair},
       "1",
       "accepted share of the exchanges between neighbouring temperatures i and i+1; NaN where a temperature "
       "takes no part"},
      {"exchange/round_trips",
       u64,
       {replica},
       "1",
       "round trips of each replica from the lowest temperature to the highest and back"},
      {"exchange/flow",
       f64,
       {temperature},
       "1",
       "share of the replicas at a temperature that were last at the lowest temperature rather than the "
       "highest; NaN where a temperature takes no part"},
      {"exchange/replica",
       u32,
       {temperature, configuration},
       "1",
       "the replica each kept configuration comes from, by the place in the ladder it started at"},
  };
  rows.insert(rows.end(), own.begin(), own.end());
  return rows;
}

} // namespace blockspin::stages
