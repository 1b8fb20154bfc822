#include "blockspin/rbm/enumeration.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "blockspin/base/error.hpp"

namespace blockspin::rbm {

namespace {

/// ln sum exp of a running set of terms, without overflow.
class LnSum {
public:
  void add(double term) {
    if (term > largest_) {
      sum_ = sum_ * std::exp(largest_ - term) + 1.0;
      largest_ = term;
    } else {
      sum_ += std::exp(term - largest_);
    }
  }
  double value() const { return largest_ + std::log(sum_); }

private:
  double largest_ = -std::numeric_limits<double>::infinity();
  double sum_ = 0.0;
};

double ln_sum(std::span<const double> terms) {
  LnSum sum;
  for (const double term : terms) sum.add(term);
  return sum.value();
}

void require_enumerable(std::size_t n_units) {
  if (n_units > max_enumerated_units)
    throw Error(ErrorKind::numerical, "too many units to enumerate: " + std::to_string(n_units) +
                                          ", at most " + std::to_string(max_enumerated_units));
}

/// ln of the sum over states [first, last) of the visible layer, the hidden layer summed
/// analytically. States are visited in Gray-code order, so that each step changes one unit; fields
/// are rebuilt at the start of a block.
double ln_z_of_states(const Machine& machine, std::uint64_t first, std::uint64_t last) {
  const double off = off_value(machine.units), step = 1.0 - off;
  const auto gray = [](std::uint64_t n) { return n ^ (n >> 1); };
  std::vector<float> visible(machine.n_visible());
  std::vector<double> fields(machine.n_hidden());
  set_state(gray(first), machine.units, visible);
  hidden_fields(machine, visible, fields);
  double bias_term = 0.0;
  for (std::size_t i = 0; i < visible.size(); ++i)
    bias_term += static_cast<double>(machine.visible_bias[i]) * visible[i];
  LnSum sum;
  for (std::uint64_t n = first;;) {
    double term = bias_term;
    for (const double x : fields) term += ln_partition(machine.units, x);
    sum.add(term);
    if (++n == last) break;
    const auto unit = static_cast<std::size_t>(__builtin_ctzll(n));
    const double change = (gray(n) >> unit & 1) != 0 ? step : -step;
    const auto row = machine.weights.row(unit);
    for (std::size_t j = 0; j < fields.size(); ++j) fields[j] += change * row[j];
    bias_term += change * machine.visible_bias[unit];
  }
  return sum.value();
}

/// ln Z over blocks [range) of states, one term a block.
void ln_z_of_blocks(const Machine& small, mpi::Range range, std::uint64_t block_states,
                    std::span<double> terms) {
  for (std::uint64_t block = range.first; block < range.last; ++block)
    terms[block - range.first] = ln_z_of_states(small, block * block_states, (block + 1) * block_states);
}

/// The machine with its smaller layer as the visible one: Z is the same.
Machine small_side_visible(const Machine& machine) {
  require_enumerable(std::min(machine.n_visible(), machine.n_hidden()));
  return machine.n_visible() <= machine.n_hidden() ? machine : machine.transposed();
}

struct Blocks {
  std::uint64_t n = 1;
  std::uint64_t states = 1;
};

/// Blocks of 2^12 states, of fewer where the other layer has more than 2^14 units: a block is to take tenths
/// of a second at most.
Blocks blocks_of(const Machine& small) {
  const std::uint64_t all = std::uint64_t{1} << small.n_visible();
  std::uint64_t states = std::min<std::uint64_t>(all, std::uint64_t{1} << 12);
  while (states > 1 && states * small.n_hidden() > std::uint64_t{1} << 26) states /= 2;
  return {all / states, states};
}

mpi::DividedRows::Fill fill_of(const Machine& machine) {
  return [small = small_side_visible(machine)](mpi::Range blocks, View<double, 2> terms) {
    ln_z_of_blocks(small, blocks, blocks_of(small).states, terms.flat());
  };
}

std::vector<double> ln_to_probability(std::vector<double> ln_weights) {
  const double ln_total = ln_sum(ln_weights);
  for (double& value : ln_weights) value = std::exp(value - ln_total);
  return ln_weights;
}

} // namespace

bool can_enumerate(const Machine& machine) {
  return std::min(machine.n_visible(), machine.n_hidden()) <= max_enumerated_units;
}

double ln_z(const Machine& machine) {
  const Machine small = small_side_visible(machine);
  const Blocks blocks = blocks_of(small);
  std::vector<double> terms(blocks.n);
  ln_z_of_blocks(small, {0, blocks.n}, blocks.states, terms);
  return ln_sum(terms);
}

LnZSum::LnZSum(const Machine& machine, const mpi::Communicator& comm)
    : DividedRows(comm, {blocks_of(small_side_visible(machine)).n, 1, 1}, fill_of(machine)) {}

double LnZSum::ln_z() const { return ln_sum(gathered()); }

double ln_z(const Machine& machine, const mpi::Communicator& comm) {
  LnZSum sum(machine, comm);
  while (!sum.done()) sum.advance();
  return sum.ln_z();
}

void set_state(std::uint64_t index, Units units, std::span<float> values) {
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = i < 64 && (index >> i & 1) != 0 ? 1.0F : off_value(units);
}

std::vector<double> visible_distribution(const Machine& machine) {
  require_enumerable(machine.n_visible());
  std::vector<float> visible(machine.n_visible());
  std::vector<double> ln_weights(std::size_t{1} << machine.n_visible());
  for (std::size_t state = 0; state < ln_weights.size(); ++state) {
    set_state(state, machine.units, visible);
    ln_weights[state] = -free_energy(machine, visible);
  }
  return ln_to_probability(std::move(ln_weights));
}

ExactGradient log_likelihood_gradient(const Machine& machine, std::span<const double> data) {
  const std::vector<double> model = visible_distribution(machine);
  require(data.size() == model.size(), "exact gradient: the data distribution has another number of states");
  ExactGradient gradient{Array<double, 2>({machine.n_visible(), machine.n_hidden()}),
                         std::vector<double>(machine.n_visible()), std::vector<double>(machine.n_hidden())};
  std::vector<float> visible(machine.n_visible());
  std::vector<double> hidden(machine.n_hidden());
  for (std::size_t state = 0; state < model.size(); ++state) {
    const double excess = data[state] - model[state];
    set_state(state, machine.units, visible);
    hidden_fields(machine, visible, hidden);
    for (double& h : hidden) h = mean_value(machine.units, h);
    for (std::size_t i = 0; i < visible.size(); ++i) {
      gradient.visible_bias[i] += excess * visible[i];
      for (std::size_t j = 0; j < hidden.size(); ++j)
        gradient.weights(i, j) += excess * visible[i] * hidden[j];
    }
    for (std::size_t j = 0; j < hidden.size(); ++j) gradient.hidden_bias[j] += excess * hidden[j];
  }
  return gradient;
}

double kl_divergence(std::span<const double> data, const Machine& machine) {
  const double ln_norm = ln_z(machine);
  std::vector<float> visible(machine.n_visible());
  double sum = 0.0;
  for (std::size_t state = 0; state < data.size(); ++state) {
    if (data[state] <= 0.0) continue;
    set_state(state, machine.units, visible);
    sum += data[state] * (std::log(data[state]) + free_energy(machine, visible) + ln_norm);
  }
  return sum;
}

} // namespace blockspin::rbm
