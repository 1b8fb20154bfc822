#include "blockspin/stages/flow.hpp"

namespace blockspin::stages {

std::vector<rng::StreamId> FlowStage::streams() {
  using enum rng::StreamId;
  return {flow_start, flow_hidden, flow_visible};
}

std::vector<archive::Row> FlowStage::rows() {
  using enum ElementType;
  const archive::Axis start{"start", "start_temperature"};
  const archive::Axis step{"step", ""};
  const archive::Axis temperature{"temperature", "temperature"};
  const archive::Axis distance{"distance", ""};
  std::vector<archive::Row> rows = {
      {"start_temperature",
       f64,
       {start},
       "J/k_B",
       "temperature each start's walkers were drawn from; inf for random spins, NaN for all up"},
      {"temperature", f64, {temperature}, "J/k_B", "temperatures of the thermometer's classes"},
      {"temperature_distribution",
       f64,
       {start, step, temperature},
       "1",
       "the thermometer's output averaged over the walkers"},
      {"bayes_distribution",
       f64,
       {start, step, temperature},
       "1",
       "the exact posterior exp(-E/T - ln Z(T)) over the same classes, averaged over the walkers"},
      {"correlation/mean",
       f64,
       {start, step, distance},
       "1",
       "mean of s(x) s(x + r e) over sites, axes and walkers"},
      {"correlation/error",
       f64,
       {start, step, distance},
       "1",
       "standard error over the walkers of correlation/mean; walkers that share their starting configuration "
       "count together"},
  };
  const auto quantity = [&](const std::string& name, const std::string& unit, const std::string& meaning) {
    rows.push_back({name + "/mean", f64, {start, step}, unit, meaning});
    rows.push_back({name + "/error",
                    f64,
                    {start, step},
                    unit,
                    "standard error over the walkers of " + name +
                        "/mean; walkers that share their starting configuration count together"});
  };
  quantity("mean_temperature", "J/k_B", "mean temperature of the thermometer's averaged output");
  quantity("peak_temperature", "J/k_B",
           "temperature where the thermometer's averaged output is largest (error: jackknife)");
  quantity("bayes_temperature", "J/k_B", "mean temperature of the averaged exact posterior");
  quantity("energy", "J", "energy per spin");
  quantity("abs_magnetization", "1", "|magnetisation| per spin");
  quantity("nearest_neighbour_excess", "1",
           "nearest neighbour correlation less the average over all pairs of sites");
  quantity("energy_temperature", "J/k_B",
           "temperature at which the exact energy is that of the walkers; inf where it is not below 0");
  quantity("coupling_nearest", "1",
           "nearest neighbour coupling K of the walkers' states, by maximum pseudo-likelihood");
  quantity("coupling_diagonal", "1",
           "diagonal (next nearest) neighbour coupling, fitted with coupling_nearest");
  quantity("coupling_plaquette", "1", "four-spin coupling of plaquettes, fitted with coupling_nearest");
  quantity("coupling_residual", "1",
           "mean of (s - <s|neighbours>) times the mean of all other spins: 0 where the fitted couplings "
           "explain the magnetisation");
  rows.push_back({"coupling_misfit",
                  f64,
                  {start, step},
                  "nats",
                  "log likelihood a site that free conditional probabilities of all local environments would "
                  "gain over the fit"});
  return rows;
}

} // namespace blockspin::stages
