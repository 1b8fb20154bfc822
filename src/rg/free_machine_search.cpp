#include "blockspin/rg/free_machine_search.hpp"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "blockspin/mpi/divided_rows.hpp"

namespace blockspin::rg {
namespace {

constexpr double noise_std = 0.02, start_std = 0.3;

/// Weights, D_KL and the gradient's norm, one after the other.
TrainedFreeMachine unpacked_end(std::span<const double> packed) {
  const std::size_t n_weights = packed.size() - 2;
  const auto weights = packed.first(n_weights);
  return {{weights.begin(), weights.end()}, packed[n_weights], packed[n_weights + 1]};
}

} // namespace

std::vector<std::vector<double>> free_machine_starts(std::vector<double> first, std::size_t n,
                                                     const rng::Generator& noise) {
  std::vector<std::vector<double>> starts(n, std::vector<double>(first.size(), 0.0));
  starts[0] = std::move(first);
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t i = 0; i < starts[k].size(); ++i)
      starts[k][i] += (k == 0 ? noise_std : start_std) * noise.normal(k, i);
  return starts;
}

FreeMachineSearch::FreeMachineSearch(const mpi::Communicator& comm, FreeMachine machine,
                                     std::vector<std::vector<double>> starts)
    : comm_(comm), machine_(std::move(machine)), starts_(std::move(starts)),
      mine_(mpi::block_range(starts_.size(), comm.rank(), comm.size())), trainings_(mine_.size()) {
  plan();
}

/// Counts the steps to come.
void FreeMachineSearch::plan() {
  n_steps_left_ = comm_.max(static_cast<std::uint64_t>(
      std::count_if(trainings_.begin(), trainings_.end(), [](const Training& at) { return !at.is_done; })));
}

/// This rank's first training that is not done.
std::optional<std::size_t> FreeMachineSearch::next() const {
  const auto found =
      std::find_if(trainings_.begin(), trainings_.end(), [](const Training& at) { return !at.is_done; });
  if (found == trainings_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - trainings_.begin());
}

void FreeMachineSearch::advance() {
  if (const auto mine = next()) train(*mine);
  while (comm_.max(std::uint8_t{0}) != 0) machine_.pass_safe_points();
  --n_steps_left_;
}

void FreeMachineSearch::train(std::size_t mine) {
  Training& training = trainings_[mine];
  const auto divergence = [this](std::span<const double> weights, std::span<double> gradient) {
    comm_.max(std::uint8_t{1}); // ranks that wait come along
    return machine_.kl_divergence(weights, gradient);
  };
  training.end =
      train_free_machine(petsc::remembering(divergence, training.evaluations), starts_[mine_.first + mine]);
  training.evaluations.clear();
  training.is_done = true;
}

FreeMinima FreeMachineSearch::minima() const {
  const std::vector<double> all = comm_.gather_all(std::span<const double>(packed_ends()));
  FreeMinima minima;
  for (std::size_t k = 0; k < starts_.size(); ++k) {
    const auto end = unpacked_end(std::span(all).subspan(k * end_length(), end_length()));
    minima.kl_divergence.push_back(end.kl_divergence);
    if (k == 0 || end.kl_divergence < minima.least.kl_divergence) minima.least = end;
  }
  minima.n_at_least = static_cast<std::uint64_t>(
      std::count_if(minima.kl_divergence.begin(), minima.kl_divergence.end(), [&](double divergence) {
        return divergence <= minima.least.kl_divergence + same_minimum;
      }));
  return minima;
}

double FreeMachineSearch::work_done() const {
  const auto n_left = static_cast<double>(n_steps_left_) * comm_.size();
  return std::max(0.0, work_total() - n_left);
}

std::string FreeMachineSearch::note() const {
  const auto mine = next();
  const std::size_t n = mine ? trainings_[*mine].evaluations.size() / (1 + machine_.n_weights()) : 0;
  return n == 0 ? std::string() : std::to_string(n) + " evaluations from this start";
}

/// The ends of this rank's trainings one after the other; zeros where they are not done.
std::vector<double> FreeMachineSearch::packed_ends() const {
  std::vector<double> packed;
  for (const Training& training : trainings_) {
    const std::size_t first = packed.size();
    packed.resize(first + end_length(), 0.0);
    if (!training.is_done) continue;
    const auto& end = training.end;
    std::copy(end.weights.begin(), end.weights.end(), packed.begin() + static_cast<std::ptrdiff_t>(first));
    packed[first + end.weights.size()] = end.kl_divergence;
    packed[first + end.weights.size() + 1] = end.gradient_norm;
  }
  return packed;
}

void FreeMachineSearch::save(StateSink& sink) const {
  std::vector<std::uint8_t> is_done;
  std::vector<std::uint64_t> lengths;
  std::vector<double> evaluations;
  for (const Training& training : trainings_) {
    is_done.push_back(training.is_done ? 1 : 0);
    lengths.push_back(training.evaluations.size());
    evaluations.insert(evaluations.end(), training.evaluations.begin(), training.evaluations.end());
  }
  const std::uint64_t n = starts_.size();
  sink.distributed("is_done", mpi::flat_slab(n, mine_, 1), std::span<const std::uint8_t>(is_done));
  sink.distributed("ends", mpi::flat_slab(n, mine_, end_length()), std::span<const double>(packed_ends()));
  lengths = comm_.gather_all(std::span<const std::uint64_t>(lengths));
  sink.replicated("lengths", std::span<const std::uint64_t>(lengths));
  const auto of_start = [&](std::uint64_t k) { return lengths.begin() + static_cast<std::ptrdiff_t>(k); };
  const std::uint64_t before = std::accumulate(lengths.begin(), of_start(mine_.first), std::uint64_t{0});
  const std::uint64_t total = std::accumulate(lengths.begin(), lengths.end(), std::uint64_t{0});
  sink.distributed("evaluations", Slab{{total}, {before}, {evaluations.size()}},
                   std::span<const double>(evaluations));
}

void FreeMachineSearch::load(StateSource& source) {
  const std::uint64_t n = starts_.size();
  std::vector<std::uint8_t> is_done(mine_.size());
  std::vector<double> ends(mine_.size() * end_length());
  std::vector<std::uint64_t> lengths(n);
  source.distributed("is_done", mpi::flat_slab(n, mine_, 1), std::span<std::uint8_t>(is_done));
  source.distributed("ends", mpi::flat_slab(n, mine_, end_length()), std::span<double>(ends));
  source.replicated("lengths", std::span<std::uint64_t>(lengths));
  const auto of_start = [&](std::uint64_t k) { return lengths.begin() + static_cast<std::ptrdiff_t>(k); };
  const std::uint64_t before = std::accumulate(lengths.begin(), of_start(mine_.first), std::uint64_t{0});
  const std::uint64_t total = std::accumulate(lengths.begin(), lengths.end(), std::uint64_t{0});
  std::vector<double> evaluations(
      std::accumulate(of_start(mine_.first), of_start(mine_.last), std::uint64_t{0}));
  source.distributed("evaluations", Slab{{total}, {before}, {evaluations.size()}},
                     std::span<double>(evaluations));
  auto next_value = evaluations.begin();
  for (std::size_t k = 0; k < trainings_.size(); ++k) {
    const auto end_of_record = next_value + static_cast<std::ptrdiff_t>(lengths[mine_.first + k]);
    trainings_[k] = {is_done[k] != 0,
                     unpacked_end(std::span(ends).subspan(k * end_length(), end_length())),
                     {next_value, end_of_record}};
    next_value = end_of_record;
  }
  plan();
}

} // namespace blockspin::rg
