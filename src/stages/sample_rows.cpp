#include "blockspin/stages/sample.hpp"

#include "measured_rows.hpp"

namespace blockspin::stages {

std::vector<rng::StreamId> SampleStage::streams() {
  using enum rng::StreamId;
  return {sample_initial,     sample_update, sample_cluster, sample_exchange,
          sample_global_flip, sample_sign,   sample_flip,    sample_ground_state};
}

namespace {

constexpr const char* of_random_sign =
    ". Without a field M has a random sign in every sample, as -v is as likely as v";

} // namespace

std::vector<archive::Row> SampleStage::rows() {
  using enum ElementType;
  const archive::Axis temperature{"temperature", "temperature"};
  const archive::Axis configuration{"configuration", ""};
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
  add_observable_rows(rows, "sweeps", of_random_sign);
  add_correlation_rows(rows);
  return rows;
}

} // namespace blockspin::stages
