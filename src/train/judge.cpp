#include "blockspin/train/judge.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "blockspin/lattice/geometry.hpp"

namespace blockspin::train {

namespace {

constexpr std::uint64_t sites_judged = 16;
constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

// Sequences of random numbers: chains take 2 k and 2 k + 1 for step k of all judgements.
constexpr std::uint64_t learned_rows = std::uint64_t{1} << 63;
constexpr std::uint64_t held_out_rows = learned_rows + 1;
constexpr std::uint64_t first_sites = learned_rows + 2; ///< + epoch

/// Forward neighbours of every site, axis by axis.
std::vector<std::uint32_t> forward_neighbours(const std::vector<std::uint64_t>& extents) {
  if (extents.empty()) return {};
  const lattice::Geometry geometry(extents);
  std::vector<std::uint32_t> forward;
  for (int axis = 0; axis < geometry.n_dimensions(); ++axis)
    for (std::uint64_t s = 0; s < geometry.n_sites(); ++s)
      forward.push_back(static_cast<std::uint32_t>(geometry.neighbour(s, axis, true)));
  return forward;
}

int spin(float value) { return value > 0.0F ? 1 : -1; }

} // namespace

Judge::Judge(const mpi::Communicator& comm, const DataPart& learned, const DataPart* held_out,
             const Settings& settings)
    : comm_(comm), units_(settings.units), settings_(settings.judge),
      draws_(settings.seed, rng::StreamId::rbm_judge, settings.instance), n_units_(learned.n_units),
      forward_(forward_neighbours(settings.judge.lattice)), field_(settings.judge.field),
      has_held_out_(held_out != nullptr && held_out->n_rows > 0) {
  if (settings_.interval == 0) return;
  learned_ = choose(learned, learned_rows);
  if (has_held_out_) held_out_ = choose(*held_out, held_out_rows);
}

Judge::Judged Judge::choose(const DataPart& data, std::uint64_t sequence) const {
  const auto held = mpi::block_range(data.n_rows, comm_.rank(), comm_.size());
  const std::uint64_t n = std::min(settings_.configurations, data.n_rows);
  const auto row_of = [&](std::uint64_t i) { return i * data.n_rows / n; };
  const auto first_from = [&](std::uint64_t row) { // the first judged one at or beyond this row
    return std::min(n, (row * n + data.n_rows - 1) / data.n_rows);
  };
  const std::uint64_t first = first_from(held.first), last = first_from(held.last);
  Judged judged{first, Array<float, 2>({last - first, data.n_units})};
  for (std::uint64_t i = first; i < last; ++i) {
    const auto values = judged.states.row(i - first);
    read_row(data.format, data.bytes.row(row_of(i) - held.first), rbm::off_value(units_), values);
    sample_if_real(data, row_of(i), sequence, values);
  }
  return judged;
}

void Judge::sample_if_real(const DataPart& data, std::uint64_t row, std::uint64_t sequence,
                           std::span<float> values) const {
  if (data.format == RowFormat::bits) return;
  const float off = rbm::off_value(units_);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double p_on = (values[i] - off) / (1.0 - off);
    values[i] = draws_.uniform(sequence, row * data.n_units + i) < p_on ? 1.0F : off;
  }
}

double Judge::mean(const std::vector<double>& mine) const {
  const auto all = comm_.gather_all<double>(mine);
  return std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size());
}

double Judge::mean_held_out_free_energy(const rbm::Machine& machine) const {
  if (!has_held_out_) return nothing;
  std::vector<double> values;
  for (std::size_t s = 0; s < held_out_.states.extent(0); ++s)
    values.push_back(rbm::free_energy(machine, held_out_.states.row(s)));
  return mean(values);
}

void Judge::judge_learned(const rbm::Machine& machine, std::uint64_t epoch, Judgement& found) const {
  std::vector<double> fields(machine.n_hidden()), free_energies, pseudo;
  for (std::size_t s = 0; s < learned_.states.extent(0); ++s) {
    const auto visible = learned_.states.row(s);
    rbm::hidden_fields(machine, visible, fields);
    const std::uint64_t start = draws_.below(first_sites + epoch, learned_.first + s, n_units_);
    free_energies.push_back(rbm::free_energy(machine, visible, fields));
    pseudo.push_back(pseudo_likelihood(machine, visible, fields, start));
  }
  found.free_energy = mean(free_energies);
  found.pseudo_likelihood = mean(pseudo);
}

double Judge::pseudo_likelihood(const rbm::Machine& machine, std::span<const float> visible,
                                std::span<const double> fields, std::uint64_t start) const {
  std::vector<double> flipped_fields(machine.n_hidden());
  const double here = rbm::free_energy(machine, visible, fields);
  std::vector<float> flipped(visible.begin(), visible.end());
  const std::uint64_t n_sites = std::min<std::uint64_t>(sites_judged, n_units_), stride = n_units_ / n_sites;
  double sum = 0.0;
  for (std::uint64_t k = 0; k < n_sites; ++k) {
    const std::size_t i = (start + k * stride) % n_units_;
    const float other = visible[i] > 0.0F ? rbm::off_value(units_) : 1.0F;
    const double change = static_cast<double>(other) - visible[i];
    const auto weights = machine.weights.row(i);
    for (std::size_t j = 0; j < fields.size(); ++j) flipped_fields[j] = fields[j] + change * weights[j];
    flipped[i] = other;
    // ln p(v_i | rest) = -ln(1 + exp(F(v) - F(flipped)))
    sum -= rbm::ln_partition(rbm::Units::binary, here - rbm::free_energy(machine, flipped, flipped_fields));
    flipped[i] = visible[i];
  }
  return sum * static_cast<double>(n_units_) / static_cast<double>(n_sites);
}

Array<float, 2> Judge::run_chains(const rbm::GibbsSampler& sampler, const ChainStarts& starts,
                                  std::uint64_t epoch) const {
  const std::size_t n = starts.visible.extent(0);
  Array<float, 2> visible({n, n_units_}), hidden({n, sampler.n_hidden()});
  std::copy_n(starts.visible.data(), visible.size(), visible.data());
  for (std::uint64_t step = 0; step < settings_.steps; ++step) {
    const std::uint64_t sequence = 2 * (epoch * settings_.steps + step);
    sampler.to_hidden(visible.view(), hidden.view(), rbm::Rule::sampled, {draws_, sequence, starts.first});
    sampler.to_visible(hidden.view(), visible.view(), rbm::Rule::sampled,
                       {draws_, sequence + 1, starts.first});
  }
  return visible;
}

double Judge::mean_energy(View<const float, 2> states) const {
  if (forward_.empty()) return nothing;
  const std::size_t n_axes = forward_.size() / n_units_;
  std::vector<double> values;
  for (std::size_t s = 0; s < states.extent(0); ++s) {
    const auto state = states.row(s);
    std::int64_t bonds = 0, sum = 0;
    for (std::size_t axis = 0; axis < n_axes; ++axis)
      for (std::size_t i = 0; i < n_units_; ++i)
        bonds += spin(state[i]) * spin(state[forward_[axis * n_units_ + i]]);
    for (const float value : state) sum += spin(value);
    values.push_back((-static_cast<double>(bonds) - field_ * static_cast<double>(sum)) /
                     static_cast<double>(n_units_));
  }
  return mean(values);
}

double Judge::mean_abs_magnetization(View<const float, 2> states) const {
  std::vector<double> values;
  for (std::size_t s = 0; s < states.extent(0); ++s) {
    std::int64_t sum = 0;
    for (const float value : states.row(s)) sum += spin(value);
    values.push_back(static_cast<double>(std::abs(sum)) / static_cast<double>(n_units_));
  }
  return mean(values);
}

Judgement Judge::operator()(const rbm::Machine& machine, const rbm::GibbsSampler& sampler,
                            const ChainStarts& starts, std::uint64_t epoch) const {
  const View<const float, 2> data = learned_.states.view();
  const Array<float, 2> model = run_chains(sampler, starts, epoch);
  Judgement found;
  judge_learned(machine, epoch, found);
  found.free_energy_held_out = mean_held_out_free_energy(machine);
  found.energy_data = mean_energy(data);
  found.energy_model = mean_energy(model.view());
  found.abs_magnetization_data = mean_abs_magnetization(data);
  found.abs_magnetization_model = mean_abs_magnetization(model.view());
  return found;
}

} // namespace blockspin::train
