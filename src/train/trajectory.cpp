#include "blockspin/train/trajectory.hpp"

#include <cmath>
#include <string>

#include "blockspin/base/error.hpp"
#include "machine_state.hpp"

namespace blockspin::train {

namespace {

constexpr std::uint64_t n_chains = 64, steps_a_look = 8, looks_a_way = 32;

/// Of chains that follow the training, apart from its own.
Settings following(const Settings& settings) {
  Settings chains = settings;
  chains.algorithm = Algorithm::pcd;
  chains.batch = n_chains;
  chains.gibbs_steps = steps_a_look;
  chains.instance = settings.trajectory.instance;
  return chains;
}

/// Sum of squares about the mean, over n - 1.
double variance(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double mean = 0, squares = 0;
  for (const double x : values) mean += x / n;
  for (const double x : values) squares += (x - mean) * (x - mean);
  return squares / (n - 1);
}

} // namespace

Trajectory::Trajectory(const mpi::Communicator& comm, const Settings& settings, std::size_t n_visible)
    : comm_(comm), least_acceptance_(settings.trajectory.acceptance), precision_(settings.precision),
      independent_(settings.units, n_visible, settings.n_hidden),
      chains_(comm, following(settings), n_visible) {
  set_last(independent_);
}

void Trajectory::set_last(const rbm::Machine& machine) {
  last_ = rbm::GibbsSampler(precision_);
  last_.set(machine);
}

double Trajectory::acceptance(const rbm::GibbsSampler& sampler) const {
  const auto visible = chains_.visible();
  const std::size_t n = visible.extent(0);
  Array<float, 2> now({n, sampler.n_hidden()}), before({n, sampler.n_hidden()});
  sampler.hidden_fields(visible, now.view());
  last_.hidden_fields(visible, before.view());
  std::vector<double> differences;
  for (std::size_t c = 0; c < n; ++c)
    differences.push_back(sampler.log_weight_change(visible.row(c), now.view().row(c), 0, 1) -
                          last_.log_weight_change(visible.row(c), before.view().row(c), 0, 1));
  return std::erfc(std::sqrt(variance(comm_.gather_all<double>(differences))) / 2);
}

void Trajectory::pass(const rbm::GibbsSampler& sampler, std::uint64_t update, std::uint64_t epoch) {
  if (update < next_) return;
  chains_.advance(sampler, update, n_chains);
  const std::uint64_t before = checkpoints_.empty() ? 0 : checkpoints_.back().update;
  next_ = update + 1 + (update - before) / looks_a_way;
  if (acceptance(sampler) >= least_acceptance_) return;
  next_ = update + 1;
  if (checkpoints_.size() == most_checkpoints)
    throw_agreed(ErrorKind::setting,
                 "trajectory: " + std::to_string(most_checkpoints) + " machines are kept before update " +
                     std::to_string(update) +
                     ", and no more can be; a smaller share keeps fewer, and with a smaller "
                     "learning_rate machines move less");
  checkpoints_.push_back({sampler.machine(), update, epoch});
  set_last(checkpoints_.back().machine);
}

void Trajectory::save(StateSink& sink) const {
  std::vector<std::uint64_t> updates, epochs;
  for (std::size_t i = 0; i < checkpoints_.size(); ++i) {
    updates.push_back(checkpoints_[i].update);
    epochs.push_back(checkpoints_[i].epoch);
    save_machine(sink, "trajectory_" + std::to_string(i), checkpoints_[i].machine);
  }
  sink.replicated("trajectory_updates", std::span<const std::uint64_t>(updates));
  sink.replicated("trajectory_epochs", std::span<const std::uint64_t>(epochs));
  sink.replicated("trajectory_next", next_);
  chains_.save(sink, "trajectory_chains");
}

void Trajectory::load(StateSource& source) {
  const std::size_t n = source.n_saved("trajectory_updates");
  std::vector<std::uint64_t> updates(n), epochs(n);
  source.replicated("trajectory_updates", std::span<std::uint64_t>(updates));
  source.replicated("trajectory_epochs", std::span<std::uint64_t>(epochs));
  checkpoints_.clear();
  for (std::size_t i = 0; i < n; ++i) {
    checkpoints_.push_back({independent_, updates[i], epochs[i]});
    load_machine(source, "trajectory_" + std::to_string(i), checkpoints_.back().machine);
  }
  source.replicated("trajectory_next", next_);
  chains_.load(source, "trajectory_chains");
  set_last(n > 0 ? checkpoints_.back().machine : independent_);
}

} // namespace blockspin::train
