#include "blockspin/analysis/pass_measurement.hpp"

#include <cmath>

namespace blockspin::analysis {
namespace {

double cosine(std::span<const double> a, std::span<const double> b) {
  double product = 0, a_squared = 0, b_squared = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += a[i] * b[i];
    a_squared += a[i] * a[i];
    b_squared += b[i] * b[i];
  }
  return product / std::sqrt(a_squared * b_squared);
}

/// (sum v v')/N.
double overlap(std::span<const float> a, std::span<const float> b) {
  double common = 0;
  for (std::size_t site = 0; site < a.size(); ++site) common += static_cast<double>(a[site]) * b[site];
  return common / static_cast<double>(a.size());
}

/// Place of a quantity within one level.
constexpr std::size_t in_level(PassQuantity quantity) { return static_cast<std::size_t>(quantity); }

} // namespace

PassMeasurement::PassMeasurement(const lattice::Geometry& geometry, double field,
                                 std::span<const rbm::Machine> stack, std::uint64_t window,
                                 const SafePoint& safe_point)
    : geometry_(geometry), window_(window), spins_(geometry, field) {
  for (const auto& fields : stack_fields(stack, safe_point))
    orders_.emplace_back(geometry, measure_fields(geometry, fields, window, safe_point));
  for (const rbm::Machine& layer : stack)
    for (const Code code : {Code::blocks, Code::modes}) {
      pass(safe_point);
      codes_.emplace_back(geometry, code, layer.n_hidden());
    }
}

double PassMeasurement::seconds() const {
  const auto n_sites = static_cast<double>(geometry_.n_sites());
  double n_numbers = 0;
  for (const PlainCode& code : codes_) n_numbers += static_cast<double>(code.n_numbers());
  return static_cast<double>(n_levels()) * n_sites *
             (static_cast<double>(spins_.n_distances()) + static_cast<double>(window_)) * 4e-9 +
         2 * n_numbers * n_sites * 1e-9;
}

void PassMeasurement::measure(View<const float, 2> data, const PassedUp& passed,
                              View<double, 2> values) const {
  for (std::size_t i = 0; i < data.extent(0); ++i) {
    const auto domains = domains_of(data.row(i));
    for (std::size_t level = 0; level < n_levels(); ++level) {
      const auto spins = level == 0 ? data.row(i) : passed.reconstruction[level - 1].view().row(i);
      const auto row = values.row(i).subspan(level * n_per_level(), n_per_level());
      measure_level(data.row(i), spins, row);
      row[in_level(PassQuantity::domain_overlap)] = cosine(domains, domains_of(spins));
    }
    for (std::size_t layer = 0; layer < n_layers(); ++layer) {
      const auto order = orders_[layer].measure(passed.hidden[layer].view().row(i));
      values(i, place(layer, HiddenQuantity::abs_magnetization)) = order.abs_magnetization;
      values(i, place(layer, HiddenQuantity::neighbour_correlation)) = order.neighbour_correlation;
      values(i, place(layer, HiddenQuantity::neighbour_excess)) =
          order.neighbour_correlation - order.pair_correlation;
    }
    measure_codes(data.row(i), domains, values.row(i));
  }
}

void PassMeasurement::measure_level(std::span<const float> data, std::span<const float> spins,
                                    std::span<double> row) const {
  const auto observed = spins_.measure(spins, row.subspan(in_level(PassQuantity::correlation)));
  row[in_level(PassQuantity::overlap)] = overlap(data, spins);
  row[in_level(PassQuantity::energy)] = observed.energy;
  row[in_level(PassQuantity::abs_magnetization)] = std::abs(observed.magnetization);
  row[in_level(PassQuantity::excess)] = observed.excess();
}

void PassMeasurement::measure_codes(std::span<const float> data, std::span<const double> domains,
                                    std::span<double> row) const {
  for (std::size_t layer = 0; layer < n_layers(); ++layer)
    for (const Code kind : {Code::blocks, Code::modes}) {
      const auto back = code(layer, kind).passed(data);
      row[place(layer, kind, CodeQuantity::overlap)] = overlap(data, back);
      row[place(layer, kind, CodeQuantity::domain_overlap)] = cosine(domains, domains_of(back));
    }
}

/// Sums of all windows.
std::vector<double> PassMeasurement::domains_of(std::span<const float> spins) const {
  return window_sums(geometry_, {spins.begin(), spins.end()}, window_);
}

} // namespace blockspin::analysis
