#include "blockspin/train/filter_machine.hpp"

#include <algorithm>
#include <numeric>

#include "blockspin/base/clones.hpp"
#include "blockspin/base/error.hpp"

namespace blockspin::train {
namespace {

/// Configurations side by side, one a lane: every unit's values stand together.
constexpr std::size_t n_lanes = 32;
/// Said as vectors, since GCC takes loops over lanes for loops over terms.
using Eight = float __attribute__((vector_size(32), aligned(4), may_alias));
const Eight* eights(const float* values) { return reinterpret_cast<const Eight*>(values); }
static_assert(n_lanes == 32);

/// Means of 2^-15 whose sum of products with spins is exact in float32.
constexpr std::size_t exact_terms = 512;

/// Up to n_lanes rows from `first` on as [unit][lane]; lanes without a row are 0.
std::vector<float> lanes_of(View<const float, 2> rows, std::size_t first) {
  const std::size_t n_units = rows.extent(1), n = std::min(n_lanes, rows.extent(0) - first);
  std::vector<float> lanes(n_units * n_lanes, 0.0F);
  for (std::size_t lane = 0; lane < n; ++lane) {
    const float* const row = rows.data() + (first + lane) * n_units;
    for (std::size_t unit = 0; unit < n_units; ++unit) lanes[unit * n_lanes + lane] = row[unit];
  }
  return lanes;
}

void store_lanes(const std::vector<float>& lanes, std::size_t first, View<float, 2> rows) {
  const std::size_t n_units = rows.extent(1), n = std::min(n_lanes, rows.extent(0) - first);
  for (std::size_t lane = 0; lane < n; ++lane) {
    float* const row = rows.data() + (first + lane) * n_units;
    for (std::size_t unit = 0; unit < n_units; ++unit) row[unit] = lanes[unit * n_lanes + lane];
  }
}

/// The terms of one unit. Products with spins are exact, and each lane is summed in the order of the terms: every
/// build gives the same bits (base/clones.hpp).
BLOCKSPIN_CLONES
void sum_of_unit(const std::uint32_t* unit, const std::uint32_t* place, std::size_t n, const float* weights,
                 const float* in, float* sums) {
  Eight a = eights(sums)[0], b = eights(sums)[1], c = eights(sums)[2], d = eights(sums)[3];
  for (std::size_t k = 0; k < n; ++k) {
    const float w = weights[place[k]];
    const Eight* const values = eights(in + unit[k] * n_lanes);
    a += w * values[0];
    b += w * values[1];
    c += w * values[2];
    d += w * values[3];
  }
  auto* const out = reinterpret_cast<Eight*>(sums);
  out[0] = a;
  out[1] = b;
  out[2] = c;
  out[3] = d;
}

void fields_of(const FilterTerms& terms, const std::vector<float>& weights, float bias,
               View<const float, 2> in, View<float, 2> out) {
  std::vector<float> sums(out.extent(1) * n_lanes);
  for (std::size_t first = 0; first < in.extent(0); first += n_lanes) {
    const std::vector<float> values = lanes_of(in, first);
    std::ranges::fill(sums, bias);
    for (std::size_t u = 0; u < out.extent(1); ++u)
      sum_of_unit(&terms.unit[terms.first[u]], &terms.place[terms.first[u]],
                  terms.first[u + 1] - terms.first[u], weights.data(), values.data(), &sums[u * n_lanes]);
    store_lanes(sums, first, out);
  }
}

/// sum over n blocks of means [block][lane] times the spins of the site at one place of their windows, the sites
/// n_places apart. Exact for n <= exact_terms.
BLOCKSPIN_CLONES
double product_sum(const float* means, const std::uint32_t* site, std::size_t n_places, std::size_t n,
                   const float* visible) {
  Eight a = {}, b = {}, c = {}, d = {};
  for (std::size_t j = 0; j < n; ++j) {
    const Eight *const mean = eights(means + j * n_lanes), *const spins =
                                                               eights(visible + site[j * n_places] * n_lanes);
    a += mean[0] * spins[0];
    b += mean[1] * spins[1];
    c += mean[2] * spins[2];
    d += mean[3] * spins[3];
  }
  double total = 0;
  for (std::size_t lane = 0; lane < 8; ++lane)
    total += static_cast<double>(a[lane]) + static_cast<double>(b[lane]) + static_cast<double>(c[lane]) +
             static_cast<double>(d[lane]);
  return total;
}

double total(View<const float, 2> values) {
  const auto all = values.flat();
  return std::accumulate(all.begin(), all.end(), 0.0);
}

FilterTerms terms_of_hidden(const ising::FilterWindows& windows) {
  FilterTerms terms{{0}, {}, {}};
  for (std::uint64_t block = 0; block < windows.coarse().n_sites(); ++block) {
    for (std::size_t place = 0; place < windows.n_places(); ++place) {
      terms.unit.push_back(static_cast<std::uint32_t>(windows.site(block, place)));
      terms.place.push_back(static_cast<std::uint32_t>(place));
    }
    terms.first.push_back(terms.unit.size());
  }
  return terms;
}

/// The same terms by site.
FilterTerms terms_of_visible(const FilterTerms& hidden, std::size_t n_sites, std::size_t n_places) {
  FilterTerms terms{std::vector<std::size_t>(n_sites + 1, 0), {}, {}};
  for (const std::uint32_t site : hidden.unit) ++terms.first[site + 1];
  std::partial_sum(terms.first.begin(), terms.first.end(), terms.first.begin());
  terms.unit.resize(hidden.unit.size());
  terms.place.resize(hidden.unit.size());
  std::vector<std::size_t> next(terms.first.begin(), terms.first.end() - 1);
  for (std::size_t place = 0; place < n_places; ++place)
    for (std::size_t k = place; k < hidden.unit.size(); k += n_places) {
      const std::size_t at = next[hidden.unit[k]]++;
      terms.unit[at] = static_cast<std::uint32_t>(k / n_places);
      terms.place[at] = static_cast<std::uint32_t>(place);
    }
  return terms;
}

} // namespace

FilterMachine::FilterMachine(const ising::RowLattice& lattice, const ising::BlockFilter& shape)
    : filter(shape) {
  const ising::FilterWindows windows(lattice, filter.side, filter.stride);
  require(filter.weights.size() == windows.n_places(), "a filter is of another dimension");
  hidden_ = terms_of_hidden(windows);
  visible_ = terms_of_visible(hidden_, lattice.n_sites(), windows.n_places());
}

void FilterMachine::hidden_fields(View<const float, 2> visible, View<float, 2> fields) const {
  fields_of(hidden_, filter.weights, filter.hidden_bias, visible, fields);
}

void FilterMachine::visible_fields(View<const float, 2> hidden, View<float, 2> fields) const {
  fields_of(visible_, filter.weights, filter.visible_bias, hidden, fields);
}

void FilterGradient::add(const FilterMachine& machine, View<const float, 2> visible,
                         View<const float, 2> means, double sign) {
  const std::size_t n_places = machine.n_places(), n_hidden = machine.n_hidden();
  const std::uint32_t* const sites = machine.hidden_terms().unit.data();
  for (std::size_t row = 0; row < visible.extent(0); row += n_lanes) {
    const std::vector<float> spins = lanes_of(visible, row), mean = lanes_of(means, row);
    for (std::size_t j = 0; j < n_hidden; j += exact_terms)
      for (std::size_t place = 0; place < n_places; ++place)
        sums_[place] += sign * product_sum(&mean[j * n_lanes], sites + j * n_places + place, n_places,
                                           std::min(exact_terms, n_hidden - j), spins.data());
  }
  sums_[n_places] += sign * total(visible);
  sums_[n_places + 1] += sign * total(means);
}

} // namespace blockspin::train
