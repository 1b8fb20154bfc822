#include "relevance_write.hpp"

#include <algorithm>

#include "blockspin/stages/relevance.hpp"

namespace blockspin::stages {

namespace {

using Normals = std::span<const rg::FunctionNormal>;
using Number = double rg::FunctionNormal::*;
using Numbers = std::vector<double> rg::FunctionNormal::*;

/// Of several functions: [function, operator]; of one: [operator].
void write_numbers(archive::StageWriter& writer, const std::string& path, Normals normals, bool is_list,
                   Numbers numbers) {
  if (!is_list) return writer.write_list(path, normals.front().*numbers);
  Array<double, 2> table({normals.size(), (normals.front().*numbers).size()});
  for (std::size_t i = 0; i < normals.size(); ++i)
    std::ranges::copy(normals[i].*numbers, table.row(i).begin());
  writer.write_table(path, table);
}

void write_number(archive::StageWriter& writer, const std::string& path, Normals normals, bool is_list,
                  Number number) {
  if (!is_list) return writer.write_scalar(path, normals.front().*number);
  std::vector<double> all;
  for (const rg::FunctionNormal& normal : normals) all.push_back(normal.*number);
  writer.write_list(path, all);
}

void write_normal(archive::StageWriter& writer, const std::string& group, Normals normals, bool is_list) {
  using F = rg::FunctionNormal;
  write_numbers(writer, group + "/normal/mean", normals, is_list, &F::mean);
  write_numbers(writer, group + "/normal/error", normals, is_list, &F::error);
}

void write_even(archive::StageWriter& writer, const std::string& group, Normals normals, bool is_list) {
  using F = rg::FunctionNormal;
  write_normal(writer, group, normals, is_list);
  write_number(writer, group + "/leak/mean", normals, is_list, &F::leak);
  write_number(writer, group + "/leak/error", normals, is_list, &F::leak_error);
  write_number(writer, group + "/chi_squared", normals, is_list, &F::chi_squared);
  write_number(writer, group + "/p_value", normals, is_list, &F::p_value);
}

void write_layer(archive::StageWriter& writer, const std::string& group, const rg::LayerRelevance& layer) {
  const Normals even(layer.even), odd(layer.odd);
  write_even(writer, group, even.first(1), false);
  write_normal(writer, group + "/odd", odd.first(1), false);
  write_even(writer, group + "/modes", even.subspan(1, odd.size() - 1), true);
  write_normal(writer, group + "/modes/odd", odd.subspan(1), true);
  writer.write_list(group + "/modes/variance", layer.variance);
  write_even(writer, group + "/best", even.last(1), false);
  writer.write_list(group + "/best/weight", layer.weight);
}

/// Every second one, from `first` on.
std::vector<rg::FunctionNormal> alternate(Normals normals, std::size_t first) {
  std::vector<rg::FunctionNormal> some;
  for (std::size_t i = first; i < normals.size(); i += 2) some.push_back(normals[i]);
  return some;
}

void write_lattice(archive::StageWriter& writer, const rg::LayerRelevance& lattice,
                   const std::vector<std::uint64_t>& factors) {
  const Normals even(lattice.even), odd(lattice.odd);
  write_even(writer, "energy", even.first(1), false);
  write_even(writer, "magnetization_squared", even.subspan(1, 1), false);
  write_normal(writer, "magnetization/odd", odd.first(1), false);
  if (factors.empty()) return;
  writer.write_list("blocks/factor", factors);
  write_even(writer, "blocks/energy", alternate(even, 2), true);
  write_even(writer, "blocks/magnetization_squared", alternate(even, 3), true);
  write_normal(writer, "blocks/odd", odd.subspan(1), true);
}

std::vector<std::uint64_t> spins_of(const std::vector<ising::Operator>& operators) {
  std::vector<std::uint64_t> spins;
  for (const ising::Operator& op : operators) spins.push_back(op.sites.size());
  return spins;
}

/// Adds the rows of one group's even functions, or of its odd ones.
class RowList {
public:
  using Axes = std::vector<archive::Axis>;
  std::vector<archive::Row> rows;

  void normal(const std::string& group, Axes axes, const archive::Axis& op, const std::string& of) {
    axes.push_back(op);
    add(group + "/normal/mean", axes,
        "answers of " + of +
            " to the couplings of the operators, <f S_b> - <f> <S_b>, the first one's = 1; the normal of the critical "
            "manifold where the function sees nothing else; NaN where the answer to the first is within 5 errors of 0");
    add(group + "/normal/error", axes, "standard error of normal/mean, by a jackknife over bins");
  }
  void even(const std::string& group, const Axes& axes, const std::string& of) {
    normal(group, axes, {"operator", ""}, of);
    add(group + "/leak/mean", axes,
        "how much of irrelevant directions " + of +
            " lets through: its deviation from exact/normal along that of energy/normal, over the latter's length; 0: "
            "none, 1: as much as the energy; NaN where no exact normal is known");
    add(group + "/leak/error", axes, "standard error of leak/mean");
    add(group + "/chi_squared", axes,
        "Hotelling's T^2 of the deviations of normal/mean from exact/normal; NaN where no exact normal is known");
    add(group + "/p_value", axes,
        "chance of so large a chi_squared where the normal is the exact one, whose plaquette is known to four digits");
  }
  void add(const std::string& path, const Axes& axes, const std::string& what) {
    rows.push_back({path, ElementType::f64, axes, "1", what});
  }
  void layer(const std::string& group, const std::string& of) {
    const archive::Axis mode{"mode_{k}", ""}, odd{"odd_operator", ""}, part{"function_{k}", ""};
    const std::string sum = "the sum of " + of + ", each turned to where it looks";
    even(group, {}, sum + ", squared");
    normal(group + "/odd", {}, odd, sum);
    even(group + "/modes", {mode}, "squared principal modes of " + of);
    normal(group + "/modes/odd", {mode}, odd, "principal modes of " + of);
    add(group + "/modes/variance", {mode}, "variance of the units along each mode, as spins");
    even(group + "/best", {}, "the combination of the squared sum and modes that leaks least, of " + of);
    add(group + "/best/weight", {part},
        "weights of the squared sum and of the squared modes in it, fitted to the first half of the configurations");
  }
};

} // namespace

void write_relevance(archive::StageWriter& writer, const rg::Relevance& found, double temperature,
                     std::uint64_t n_configurations, int n_dimensions) {
  writer.write_scalar("temperature", temperature);
  writer.write_scalar("configurations", n_configurations);
  writer.write_scalar("bins", static_cast<std::uint64_t>(found.n_bins()));
  writer.write_scalar("tau_in_bins", found.tau_in_bins());
  writer.write_list("spins", spins_of(ising::even_operators(n_dimensions)));
  writer.write_list("odd_spins", spins_of(ising::odd_operators(n_dimensions)));
  writer.write_list("exact/normal", found.even().exact);
  write_lattice(writer, found.lattice(), found.factors());
  for (std::size_t layer = 0; layer < found.n_layers(); ++layer) {
    const std::string group = layer_path(layer + 1);
    write_layer(writer, group, found.layer(0, layer));
    write_layer(writer, group + "/shuffled", found.layer(1, layer));
    write_layer(writer, group + "/untrained", found.layer(2, layer));
  }
}

std::vector<archive::Row> RelevanceStage::rows() {
  using enum ElementType;
  const archive::Axis op{"operator", ""}, odd{"odd_operator", ""}, factor{"factor", "blocks/factor"};
  RowList list;
  list.rows = {
      {"temperature", f64, {}, "J/k_B", "temperature of the configurations"},
      {"configurations", u64, {}, "1", "configurations that were measured, the second half of the sample's"},
      {"bins", u64, {}, "1", "bins of these configurations; errors are of a jackknife over them"},
      {"tau_in_bins",
       f64,
       {},
       "1",
       "longest integrated autocorrelation time of the bins' even functions, in bins; 1/2 where it is not beyond "
       "chance; errors are too small by sqrt(2 tau) where it is more; NaN where it is not known"},
      {"spins",
       u64,
       {op},
       "1",
       "spins in a product of each even operator, in the order of the list: nearest, diagonal, plaquette, other "
       "pairs, other products"},
      {"odd_spins", u64, {odd}, "1", "spins in a product of each odd operator: the spin, products of three"},
      {"exact/normal",
       f64,
       {op},
       "1",
       "normal of the critical manifold of the infinite square lattice at its critical point; NaN where it is not "
       "known, and for other lattices and temperatures"},
      {"blocks/factor", u64, {factor}, "lattice constant", "sides of blocks, all that divide the lattice"},
  };
  list.even("energy", {}, "the lattice's energy, nothing filtered");
  list.even("magnetization_squared", {}, "the lattice's squared magnetization");
  list.normal("magnetization/odd", {}, odd, "the lattice's magnetization");
  list.even("blocks/energy", {factor}, "the energy of majority spins of blocks");
  list.even("blocks/magnetization_squared", {factor},
            "the squared magnetization of majority spins of blocks");
  list.normal("blocks/odd", {factor}, odd, "the magnetization of majority spins of blocks");
  list.layer("layer_{k}", "layer {k}'s units");
  list.layer("layer_{k}/shuffled", "units of layer {k} whose weights are moved to random places");
  list.layer("layer_{k}/untrained", "units of layer {k} with random weights of the same size");
  return list.rows;
}

} // namespace blockspin::stages
