#include "blockspin/archive/layout.hpp"

namespace blockspin::archive {

std::vector<Row> reconstruction_rows() {
  using enum ElementType;
  const std::string stage = "reconstruction";
  const Axis temperature{"temperature", "temperature"};
  const Axis layer{"layer", "layer"};
  const Axis level{"level", "level"};
  const Axis distance{"distance", ""};
  const Axis example{"example", ""};
  const Axis site{"site", ""};
  return {
      {stage, "temperature", f64, {temperature}, "J/k_B", "temperatures of the data"},
      {stage, "layer", u32, {layer}, "1", "layers of the stack, from 1"},
      {stage, "level", u32, {level}, "1", "0: the data; l: their reconstruction from layer l"},
      {stage,
       "overlap/mean",
       f64,
       {layer, temperature},
       "1",
       "overlap of data and reconstruction, (sum v v')/N: mean"},
      {stage,
       "overlap/error",
       f64,
       {layer, temperature},
       "1",
       "overlap of data and reconstruction: standard error"},
      {stage,
       "domain_overlap/mean",
       f64,
       {layer, temperature},
       "1",
       "overlap of the magnetisations of all windows, sum M M' / sqrt(sum M^2 sum M'^2): mean"},
      {stage,
       "domain_overlap/error",
       f64,
       {layer, temperature},
       "1",
       "overlap of the magnetisations of all windows: standard error"},
      {stage,
       "{observable}/mean",
       f64,
       {level, temperature},
       "1",
       "{observable} of data and reconstructions, per spin, J = k_B = 1: mean"},
      {stage,
       "{observable}/error",
       f64,
       {level, temperature},
       "1",
       "{observable} of data and reconstructions: standard error"},
      {stage,
       "correlation/mean",
       f64,
       {level, temperature, distance},
       "1",
       "mean of s(x) s(x + r e) over sites and axes"},
      {stage, "correlation/error", f64, {level, temperature, distance}, "1", "its standard error"},
      {stage,
       "hidden/{observable}/mean",
       f64,
       {layer, temperature},
       "1",
       "{observable} of the hidden units as block spins: mean"},
      {stage,
       "hidden/{observable}/error",
       f64,
       {layer, temperature},
       "1",
       "{observable} of the hidden units as block spins: standard error"},
      {stage,
       "example",
       f32,
       {temperature, level, example, site},
       "1",
       "the first configurations and their reconstructions, spins in [-1, 1]"},
  };
}

} // namespace blockspin::archive
