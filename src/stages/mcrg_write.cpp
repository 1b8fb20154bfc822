#include "mcrg_write.hpp"

#include <numeric>

#include "blockspin/rg/migdal_kadanoff.hpp"
#include "blockspin/stages/mcrg.hpp"

namespace blockspin::stages {

namespace {

void write_estimate(archive::StageWriter& writer, const std::string& path, const rg::EstimateTable& table) {
  writer.write_table(path + "/mean", table.mean);
  writer.write_table(path + "/error", table.error);
}

/// first, first + 1, ...: n numbers.
std::vector<std::uint64_t> numbers(std::uint64_t first, std::size_t n) {
  std::vector<std::uint64_t> all(n);
  std::iota(all.begin(), all.end(), first);
  return all;
}

void write_parity(archive::StageWriter& writer, const std::string& parity,
                  const rg::ParityEstimates& estimates) {
  writer.write_list(parity + "/n_operators", numbers(1, estimates.exponent.mean.extent(1)));
  write_estimate(writer, parity + "/exponent", estimates.exponent);
  write_estimate(writer, parity + "/eigenvalue", estimates.eigenvalue);
  write_estimate(writer, parity + "/eigenvalue_imaginary", estimates.eigenvalue_imaginary);
  write_estimate(writer, parity + "/normal", estimates.normal);
  writer.write_table(parity + "/independent", estimates.independent);
}

void write_observables(archive::StageWriter& writer, const ising::Observables& observables) {
  for (const ising::Observable o : ising::all_observables) {
    const std::string path = "observables/" + std::string(name(o));
    writer.write_scalar(path + "/mean", observables[o].mean);
    writer.write_scalar(path + "/error", observables[o].error);
    writer.write_scalar(path + "/tau", observables[o].tau);
  }
}

/// What moved bonds say of the same steps from the same temperature, without any configuration.
void write_companion(archive::StageWriter& writer, const McrgResult& result, unsigned n_levels) {
  const rg::MigdalKadanoff map{result.factor, result.n_dimensions};
  writer.write_list("migdal_kadanoff/coupling", rg::flow(map, 1 / result.temperature, n_levels));
  if (map.n_dimensions == 1) return; // no fixed point
  const rg::FixedPoint fixed = rg::fixed_point(map);
  writer.write_scalar("migdal_kadanoff/critical_coupling", fixed.coupling);
  writer.write_scalar("migdal_kadanoff/thermal_exponent", fixed.thermal_exponent);
  writer.write_scalar("migdal_kadanoff/field_exponent", fixed.field_exponent);
}

} // namespace

void write_mcrg(archive::StageWriter& writer, const McrgResult& result) {
  const rg::McrgEstimates& found = result.estimates;
  const std::size_t n_levels = found.even.exponent.mean.extent(0);
  writer.write_list("level", numbers(1, n_levels));
  writer.write_list("any_level", numbers(0, n_levels + 1));
  writer.write_scalar("temperature", result.temperature);
  writer.write_scalar("sweeps", result.n_sweeps);
  writer.write_scalar("configurations", found.n_configurations);
  writer.write_scalar("bins", static_cast<std::uint64_t>(found.n_bins));
  writer.write_scalar("tau_in_bins", found.tau_in_bins);
  write_observables(writer, result.observables);
  write_parity(writer, "even", found.even);
  write_parity(writer, "odd", found.odd);
  write_estimate(writer, "coupling", found.coupling);
  write_estimate(writer, "fixed_point", found.fixed_point);
  write_companion(writer, result, static_cast<unsigned>(n_levels));
  if (!result.critical_coupling) return;
  writer.write_list("match/level", numbers(0, result.critical_coupling->mean.extent(0)));
  write_estimate(writer, "match/critical_coupling", *result.critical_coupling);
}

std::vector<rng::StreamId> McrgStage::streams() {
  using enum rng::StreamId;
  return {sample_initial, sample_update, sample_cluster, sample_exchange, sample_sign, block_tie};
}

std::vector<archive::Row> McrgStage::rows() {
  using enum ElementType;
  using archive::Axis;
  using archive::Row;
  const Axis level{"level", "level"}, any_level{"any_level", "any_level"},
      matched{"match/level", "match/level"};
  std::vector<Row> rows = {
      {"level", u64, {level}, "1", "blocking levels, from 1; level n is reached by the step from n - 1"},
      {"any_level", u64, {any_level}, "1", "levels from 0, the lattice that is simulated"},
      {"temperature", f64, {}, "J/k_B", "temperature of the simulation"},
      {"sweeps", u64, {}, "sweeps", "sweeps of each replica after equilibration"},
      {"configurations", u64, {}, "1", "configurations that were measured"},
      {"bins", u64, {}, "1", "bins of these configurations; errors are of a jackknife over them"},
      {"tau_in_bins",
       f64,
       {},
       "1",
       "longest integrated autocorrelation time of the bins, in bins; 1/2 where it is not beyond chance; errors "
       "are too small by sqrt(2 tau) where it is more; NaN where it is not known"},
      {"observables/{observable}/mean",
       f64,
       {},
       "1",
       "{observable} of the simulated lattice: mean over all sweeps, per spin where it is extensive; J = k_B "
       "= 1"},
      {"observables/{observable}/error",
       f64,
       {},
       "1",
       "{observable}: standard error of the mean, autocorrelation included"},
      {"observables/{observable}/tau", f64, {}, "sweeps", "{observable}: integrated autocorrelation time"},
  };
  /// mean and error of one quantity.
  const auto add = [&](const std::string& path, const std::vector<Axis>& axes, const std::string& what) {
    rows.push_back({path + "/mean", f64, axes, "1", what});
    rows.push_back({path + "/error", f64, axes, "1", "standard error of " + path + "/mean"});
  };
  for (const std::string parity : {"even", "odd"}) {
    const Axis used{parity + "_n_operators", parity + "/n_operators"}, each{parity + "_operator", ""};
    const std::string of = " of dK'/dK between a level and the one before, " + parity + " operators";
    rows.push_back({parity + "/n_operators", u64, {used}, "1", "operators used, the first so many"});
    add(parity + "/exponent", {level, used},
        "y = ln(eigenvalue)/ln(factor), from the leading eigenvalue" + of +
            "; couplings are of places, as coupling/mean; operators that a level cannot tell from others add "
            "nothing; NaN where the eigenvalue is not real and positive");
    add(parity + "/eigenvalue", {level, used}, "real part of the leading eigenvalue" + of);
    add(parity + "/eigenvalue_imaginary", {level, used},
        "imaginary part of the leading eigenvalue" + of + "; not 0 tells of too few data or operators");
    add(parity + "/normal", {level, each},
        "normal of the critical manifold in the space of the couplings of level 0, " + parity +
            " ones, as seen through each level; the first component is 1");
    rows.push_back({parity + "/independent",
                    u8,
                    {any_level, each},
                    "1",
                    "1 where the level's lattice tells the operator from those before it, else 0"});
  }
  const Axis even{"even_operator", ""};
  add("coupling", {any_level, even},
      "renormalised couplings by maximum pseudo-likelihood, of one place of the operator: where a level is so short that "
      "several places are one product of spins, as two bonds between neighbours of 2x2 spins, the product's coupling is "
      "so many times larger; NaN where one of the level is 1 or more, and for operators that the level does not tell "
      "apart, and where the data do not fix them");
  add("fixed_point", {level, even},
      "where the map of the couplings from the level before to this one stays, taken as linear");
  rows.insert(
      rows.end(),
      {{"migdal_kadanoff/coupling",
        f64,
        {any_level},
        "1",
        "nearest-neighbour coupling of each level by the recursion of Migdal and Kadanoff, from the temperature of "
        "the simulation"},
       {"migdal_kadanoff/critical_coupling", f64, {}, "1", "its unstable fixed point; absent for a chain"},
       {"migdal_kadanoff/thermal_exponent", f64, {}, "1", "its y_t there; absent for a chain"},
       {"migdal_kadanoff/field_exponent", f64, {}, "1", "its y_h there; absent for a chain"}});
  rows.push_back({"match/level", u64, {matched}, "1", "levels of the smaller lattice, from 0"});
  add("match/critical_coupling", {matched, even},
      "critical coupling K_c = J/(k_B T_c): where this operator on this level of the smaller lattice and on "
      "the next of the larger are alike");
  return rows;
}

} // namespace blockspin::stages
