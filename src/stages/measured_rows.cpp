#include "measured_rows.hpp"

namespace blockspin::stages {

void add_observable_rows(std::vector<archive::Row>& rows, const std::string& time_unit,
                         const std::string& more) {
  using enum ElementType;
  const archive::Axis temperature{"temperature", "temperature"};
  const std::vector<archive::Row> own = {
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
       "sample" +
           more},
      {"observables/{observable}/error",
       f64,
       {temperature},
       "1",
       "{observable}: standard error of the mean; autocorrelation, the scatter of the ladders and one event "
       "more than was seen are included; where nothing varied an upper bound: three turned spins' worth (on a "
       "ring three half rings'), the "
       "most of what happened in none of n samples (95 %)"},
      {"observables/{observable}/tau",
       f64,
       {temperature},
       time_unit,
       "{observable}: integrated autocorrelation time; 1/2 for independent data, and where nothing varied"},
  };
  rows.insert(rows.end(), own.begin(), own.end());
}

void add_correlation_rows(std::vector<archive::Row>& rows) {
  using enum ElementType;
  const archive::Axis temperature{"temperature", "temperature"};
  const archive::Axis distance{"distance", "correlation/distance"};
  const std::vector<archive::Row> own = {
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
       "spins' worth, on a ring three half rings'"},
      {"correlation/length",
       f64,
       {temperature},
       "1",
       "second-moment correlation length in lattice spacings, sqrt(N<m^2>/S(k) - 1) / (2 sin(k/2)), k = 2 "
       "pi/L along the longest axes; of the full correlations, so it grows without bound where the lattice "
       "orders"},
      {"correlation/length_error", f64, {temperature}, "1", "standard error of the correlation length"},
  };
  rows.insert(rows.end(), own.begin(), own.end());
}

void write_observables(archive::StageWriter& writer, const std::vector<ising::Observables>& all) {
  const std::uint64_t n_t = all.size();
  for (const ising::Observable o : ising::all_observables) {
    std::vector<double> mean, error, tau;
    for (const auto& observables : all) {
      mean.push_back(observables[o].mean);
      error.push_back(observables[o].error);
      tau.push_back(observables[o].tau);
    }
    const std::string path = "observables/" + std::string(name(o));
    writer.write_replicated(path + "/mean", {n_t}, std::span<const double>(mean));
    writer.write_replicated(path + "/error", {n_t}, std::span<const double>(error));
    writer.write_replicated(path + "/tau", {n_t}, std::span<const double>(tau));
  }
}

} // namespace blockspin::stages
