#pragma once
// Filters of 4x4 spins whose training can be had by enumeration.

#include <cmath>
#include <vector>

#include "blockspin/base/packed.hpp"
#include "blockspin/rbm/enumeration.hpp"
#include "blockspin/rbm/machine.hpp"
#include "blockspin/train/filter_trainer.hpp"

namespace blockspin::train {

constexpr std::uint64_t n_rows = 65536;

inline ising::RowLattice small_lattice() { return ising::RowLattice({4, 4}); }

inline ising::BlockFilter random_filter(std::size_t n_dimensions, unsigned side, unsigned stride,
                                        double size) {
  const rng::Generator random(75, rng::StreamId::test, 3);
  ising::BlockFilter filter{static_cast<int>(n_dimensions), side, stride, {}, 0.2F, -0.1F};
  std::uint64_t n = 1;
  for (std::size_t axis = 0; axis < n_dimensions; ++axis) n *= side;
  for (std::uint64_t d = 0; d < n; ++d)
    filter.weights.push_back(static_cast<float>(size * random.normal(side, d)));
  return filter;
}

/// The same machine with a weight for every pair of units.
inline rbm::Machine dense_machine(const std::vector<std::uint64_t>& extents,
                                  const ising::BlockFilter& filter) {
  const ising::FilterWindows windows(ising::RowLattice(extents), filter.side, filter.stride);
  rbm::Machine machine(rbm::Units::spin, windows.fine().n_sites(), windows.coarse().n_sites());
  for (std::size_t j = 0; j < machine.n_hidden(); ++j)
    for (std::size_t d = 0; d < windows.n_places(); ++d)
      machine.weights(windows.site(j, d), j) += filter.weights[d];
  for (float& b : machine.visible_bias) b = filter.visible_bias;
  for (float& c : machine.hidden_bias) c = filter.hidden_bias;
  return machine;
}

/// One batch of all rows, learning rate 1: the first update is the gradient. Weights are so large that a chain of a few
/// steps has not forgotten where it started.
inline FilterSettings one_update(unsigned side) {
  FilterSettings settings;
  settings.side = side;
  settings.bias = true;
  settings.update.learning_rate = 1.0;
  settings.batch = n_rows;
  settings.epochs = 1;
  settings.initial_std = 1.0;
  settings.seed = 21;
  return settings;
}

/// 64 states of 16 spins, equally likely.
inline std::uint64_t code(std::uint64_t row) {
  return rng::Generator(76, rng::StreamId::test, 3).below(0, row % 64, 65536);
}

inline std::vector<double> coded_distribution() {
  std::vector<double> p(65536, 0.0);
  for (std::uint64_t k = 0; k < 64; ++k) p[code(k)] += 1.0 / 64;
  return p;
}

/// Rows 0 ... n - 1; each rank holds its part.
inline DataPart coded_data(const mpi::Communicator& comm, std::uint64_t n) {
  const auto held = mpi::block_range(n, comm.rank(), comm.size());
  DataPart data{RowFormat::bits, 16, n, Array<std::uint8_t, 2>({held.size(), 2})};
  for (std::uint64_t i = 0; i < held.size(); ++i)
    for (std::size_t byte = 0; byte < 2; ++byte)
      data.bytes(i, byte) = static_cast<std::uint8_t>(code(held.first + i) >> (8 * byte));
  return data;
}

/// A gradient by the filter's parameters, of a hidden spin and of a site.
struct Tied {
  std::vector<double> weights;
  double visible_bias = 0, hidden_bias = 0;
};

inline Tied tied(const rbm::ExactGradient& gradient, const FilterSettings& settings) {
  const ising::FilterWindows windows(small_lattice(), settings.side, settings.stride);
  const auto n_blocks = static_cast<double>(windows.coarse().n_sites());
  Tied sum{std::vector<double>(windows.n_places(), 0.0)};
  for (std::uint64_t j = 0; j < windows.coarse().n_sites(); ++j)
    for (std::size_t d = 0; d < windows.n_places(); ++d)
      sum.weights[d] += gradient.weights(windows.site(j, d), j) / n_blocks;
  for (const double b : gradient.visible_bias) sum.visible_bias += b / 16;
  for (const double c : gradient.hidden_bias) sum.hidden_bias += c / n_blocks;
  return sum;
}

/// p(to) = sum over states of the other layer of p(from) prod p(unit | from), by state number.
inline std::vector<double> stepped(const std::vector<double>& from, std::size_t n_from, std::size_t n_to,
                                   const auto& fields_of) {
  std::vector<double> to(std::size_t{1} << n_to, 0.0), fields(n_to), p(to.size());
  std::vector<float> values(n_from);
  for (std::size_t state = 0; state < from.size(); ++state) {
    if (from[state] == 0) continue;
    rbm::set_state(state, rbm::Units::spin, values);
    fields_of(values, fields);
    p.assign(to.size(), from[state]);
    for (std::size_t s = 0; s < to.size(); ++s)
      for (std::size_t u = 0; u < n_to; ++u)
        p[s] /= 1 + std::exp(s >> u & 1 ? -2 * fields[u] : 2 * fields[u]);
    for (std::size_t s = 0; s < to.size(); ++s) to[s] += p[s];
  }
  return to;
}

/// E over p(v) of <h>_v v and so on.
inline rbm::ExactGradient phase(const rbm::Machine& machine, const std::vector<double>& p) {
  rbm::ExactGradient sum{Array<double, 2>({16, machine.n_hidden()}), std::vector<double>(16, 0.0),
                         std::vector<double>(machine.n_hidden(), 0.0)};
  std::vector<float> v(16);
  std::vector<double> fields(machine.n_hidden());
  for (std::size_t state = 0; state < p.size(); ++state) {
    if (p[state] == 0) continue;
    rbm::set_state(state, rbm::Units::spin, v);
    rbm::hidden_fields(machine, v, fields);
    for (std::size_t i = 0; i < 16; ++i) sum.visible_bias[i] += p[state] * v[i];
    for (std::size_t j = 0; j < fields.size(); ++j) {
      const double mean = std::tanh(fields[j]);
      sum.hidden_bias[j] += p[state] * mean;
      for (std::size_t i = 0; i < 16; ++i) sum.weights(i, j) += p[state] * mean * v[i];
    }
  }
  return sum;
}

/// What CD of so many steps is on average, from the coded data.
inline Tied contrastive_divergence(const rbm::Machine& machine, const FilterSettings& settings,
                                   std::uint64_t steps) {
  const auto up = [&](const auto& v, auto& fields) { rbm::hidden_fields(machine, v, fields); };
  const auto down = [&](const auto& h, auto& fields) { rbm::visible_fields(machine, h, fields); };
  std::vector<double> p = coded_distribution();
  Tied gradient = tied(phase(machine, p), settings);
  for (std::uint64_t k = 0; k < steps; ++k)
    p = stepped(stepped(p, 16, machine.n_hidden(), up), machine.n_hidden(), 16, down);
  const Tied model = tied(phase(machine, p), settings);
  for (std::size_t d = 0; d < gradient.weights.size(); ++d) gradient.weights[d] -= model.weights[d];
  gradient.visible_bias -= model.visible_bias;
  gradient.hidden_bias -= model.hidden_bias;
  return gradient;
}

} // namespace blockspin::train
