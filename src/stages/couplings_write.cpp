#include "couplings_write.hpp"

#include <algorithm>
#include <functional>
#include <limits>

#include "blockspin/stages/couplings.hpp"

namespace blockspin::stages {
namespace {

using Numbers = std::vector<double> rg::CouplingEstimates::*;

/// [temperature, number].
void write_table(archive::StageWriter& writer, const std::string& path,
                 const std::vector<rg::CouplingEstimates>& found, Numbers numbers) {
  Array<double, 2> table({found.size(), (found.front().*numbers).size()});
  for (std::size_t t = 0; t < found.size(); ++t) std::ranges::copy(found[t].*numbers, table.row(t).begin());
  writer.write_table(path, table);
}

template <class T>
std::vector<T> of_each(const std::vector<rg::CouplingEstimates>& found,
                       const std::function<T(const rg::CouplingEstimates&)>& number) {
  std::vector<T> all;
  for (const rg::CouplingEstimates& e : found) all.push_back(number(e));
  return all;
}

/// Which operators stand where: spins of a product, and its place in the list of its parity.
void write_places(archive::StageWriter& writer, const std::string& group, int n_dimensions,
                  std::span<const ising::Operator> operators, bool with_magnetization) {
  std::vector<std::uint64_t> spins, places;
  for (const ising::Operator& op : operators) {
    const auto& list =
        op.is_even() ? ising::even_operators(n_dimensions) : ising::odd_operators(n_dimensions);
    const auto at = std::ranges::find(list, op.name, &ising::Operator::name);
    spins.push_back(op.sites.size());
    places.push_back(static_cast<std::uint64_t>(at - list.begin()) + 1);
  }
  if (with_magnetization) {
    spins.push_back(2);
    places.push_back(0);
  }
  writer.write_list(group + "spins", spins);
  writer.write_list(group + "place", places);
}

} // namespace

void write_couplings(archive::StageWriter& writer, const rg::CouplingSetup& setup,
                     const std::vector<double>& temperatures,
                     const std::vector<rg::CouplingEstimates>& found) {
  using E = rg::CouplingEstimates;
  const rg::CouplingOperators operators(setup);
  const int n_dimensions = static_cast<int>(setup.extents.size());
  const std::span all(operators.all);
  writer.write_list("temperature", temperatures);
  write_places(writer, "", n_dimensions, all.first(operators.n_fitted), false);
  write_places(writer, "residual/", n_dimensions, all.subspan(operators.n_fitted), true);
  write_table(writer, "mean", found, &E::mean);
  write_table(writer, "error", found, &E::error);
  write_table(writer, "residual/mean", found, &E::residual);
  write_table(writer, "residual/error", found, &E::residual_error);
  writer.write_list("chi_squared", of_each<double>(found, [](const E& e) { return e.chi_squared; }));
  writer.write_list("p_value", of_each<double>(found, [](const E& e) { return e.p_value; }));
  writer.write_list("tau_in_bins", of_each<double>(found, [](const E& e) { return e.tau_in_bins; }));
  writer.write_list("bins", of_each<std::uint64_t>(found, [](const E& e) { return e.n_bins; }));
  writer.write_scalar("degrees_of_freedom", static_cast<std::uint64_t>(found.front().degrees_of_freedom));
}

void write_couplings(archive::StageWriter& writer, int n_dimensions,
                     const std::vector<ising::Operator>& operators,
                     const std::vector<rg::PlacedCoupling>& found) {
  writer.write_list("temperature", std::vector<double>{std::numeric_limits<double>::quiet_NaN()});
  write_places(writer, "", n_dimensions, operators, false);
  const auto write = [&](const std::string& path, double rg::PlacedCoupling::*number) {
    Array<double, 2> row({1, found.size()});
    for (std::size_t k = 0; k < found.size(); ++k) row(0, k) = found[k].*number;
    writer.write_table(path, row);
  };
  write("mean", &rg::PlacedCoupling::mean);
  write("error", &rg::PlacedCoupling::error);
  write("spread", &rg::PlacedCoupling::spread);
}

std::vector<archive::Row> CouplingsStage::rows() {
  using enum ElementType;
  const archive::Axis temperature{"temperature", "temperature"}, op{"operator", ""},
      tested{"tested_operator", ""};
  return {
      {"temperature",
       f64,
       {temperature},
       "J/k_B",
       "temperatures of the ensemble; NaN of configurations without one, and of a machine"},
      {"spins",
       u64,
       {op},
       "1",
       "spins in a product of each operator; even operators stand before odd ones, each in the order of their "
       "list: nearest, diagonal, plaquette, other pairs, other products; the spin, products of three"},
      {"place", u64, {op}, "1", "place of each operator in the list of its parity, from 1"},
      {"mean",
       f64,
       {temperature, op},
       "1",
       "couplings K of H = -sum_a K_a S_a, each product of spins counted once. Of an ensemble by maximum "
       "pseudo-likelihood; NaN where one of them is 1 or more, or the configurations do not fix them. Of a machine "
       "summed over its hidden units, exact to 1e-12, the mean over the products of the lattice"},
      {"error",
       f64,
       {temperature, op},
       "1",
       "standard error of mean: of an ensemble by the sandwich formula over bins of ladders and of time; of a "
       "machine spread over the square root of the number of products"},
      {"spread",
       f64,
       {temperature, op},
       "1",
       "of a machine: standard deviation of its couplings over the products of the lattice; 0 where the machine is "
       "as symmetric as the lattice"},
      {"residual/spins", u64, {tested}, "1", "spins in a product of each operator that tests the couplings"},
      {"residual/place",
       u64,
       {tested},
       "1",
       "its place in the list of its parity, from 1; 0: a spin times the mean of all others"},
      {"residual/mean",
       f64,
       {temperature, tested},
       "1",
       "mean product of an operator whose coupling was not sought, less its mean with one of the spins replaced "
       "by the mean value that the couplings give it in the field of all others; 0 where the couplings explain "
       "the ensemble"},
      {"residual/error",
       f64,
       {temperature, tested},
       "1",
       "standard error of residual/mean; it counts that the couplings are from the same configurations"},
      {"chi_squared",
       f64,
       {temperature},
       "1",
       "Hotelling's T^2 of all residuals together; with n bins and p residuals p (n - 1) / (n - p - 2) on average "
       "where the couplings explain the ensemble; NaN where there are too few bins"},
      {"p_value", f64, {temperature}, "1", "chance of so large a chi_squared where they do"},
      {"degrees_of_freedom", u64, {}, "1", "residuals in chi_squared"},
      {"bins", u64, {temperature}, "1", "bins of configurations that errors are from"},
      {"tau_in_bins",
       f64,
       {temperature},
       "1",
       "longest integrated autocorrelation time of the bins, in bins; 1/2 where it is not beyond chance; errors are "
       "too small by sqrt(2 tau) where it is more; NaN where it is not known"},
  };
}

} // namespace blockspin::stages
