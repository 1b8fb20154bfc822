#include "blockspin/analysis/generation.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "blockspin/base/error.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/rbm/machine_exchange.hpp"
#include "blockspin/rbm/stack.hpp"
#include "blockspin/rbm/tempering.hpp"

namespace blockspin::analysis {
namespace {

constexpr std::uint64_t most_chains_at_once = 256, least_chains_at_once = 8;
/// Of products of weights, about a twentieth of a second: of a block of chains, for as many steps as that allows.
constexpr double flops_at_once = 1e9;

/// Sequences of ways up to the machine's visible layer, and of ways from a kept state to the kept layer: apart
/// from those of Gibbs steps.
constexpr std::uint64_t going_up = std::uint64_t{1} << 62, keeping = std::uint64_t{1} << 63;

} // namespace

struct Generation::Block {
  mpi::Range chains;       ///< counted among this rank's
  std::uint64_t first = 0; ///< the number of its first chain
  std::vector<Array<float, 2>> replicas;
  Array<float, 2> hidden;

  std::vector<View<float, 2>> views() { return {replicas.begin(), replicas.end()}; }
};

mpi::Range Generation::chains_of_rank(const mpi::Communicator& comm, std::uint64_t n_chains) {
  return mpi::block_range(n_chains, comm.rank(), comm.size());
}

Generation::Generation(const mpi::Communicator& comm, std::span<const rbm::Machine> stack,
                       GenerationPlan plan, const GenerationStreams& streams, Array<std::uint8_t, 2> starts)
    : comm_(comm), units_(stack.front().units), plan_(std::move(plan)),
      streams_(streams), n_units_{stack.front().n_visible()}, mine_(chains_of_rank(comm, plan_.n)),
      starts_(std::move(starts)), progress_(mine_.size(), 0), accepted_(plan_.n_replicas() - 1, 0) {
  require(plan_.layer <= plan_.machine && plan_.machine >= 1 && plan_.machine <= stack.size(),
          "a layer is kept that its machine does not reach");
  require(plan_.betas.size() == 1 || plan_.along.empty(), "replicas at temperatures and of other machines");
  samplers_ = rbm::samplers_of(stack.first(plan_.machine));
  for (const rbm::Machine& machine : plan_.along) along_.emplace_back(machine);
  of_replica_.assign(plan_.betas.size(), &sampler());
  for (const rbm::GibbsSampler& one : along_) of_replica_.push_back(&one);
  plan_.along.clear();
  for (const rbm::Machine& machine : stack.first(plan_.machine)) n_units_.push_back(machine.n_hidden());
  const std::size_t n_visible = n_units_[plan_.machine - 1], n_hidden = n_units_[plan_.machine];
  for (std::size_t r = 0; r < of_replica_.size(); ++r)
    states_.emplace_back(Shape<2>{mine_.size(), packed_bytes(n_visible)});
  kept_ = Array<std::uint8_t, 3>({mine_.size(), plan_.n_kept, packed_bytes(n_units())});
  const double flops_a_chain = 4.0 * static_cast<double>(n_visible * n_hidden * of_replica_.size());
  const auto fitting = static_cast<std::uint64_t>(flops_at_once / flops_a_chain);
  chains_at_once_ = std::clamp(fitting, least_chains_at_once, most_chains_at_once);
  steps_at_once_ = std::max<std::uint64_t>(1, fitting / chains_at_once_);
  count_steps_left();
}

double Generation::work_total() const {
  return static_cast<double>(plan_.n) * static_cast<double>(plan_.n_steps() + 1);
}

void Generation::count_steps_left() {
  const std::uint64_t mine = (plan_.n_steps() + 1) * progress_.size() -
                             std::accumulate(progress_.begin(), progress_.end(), std::uint64_t{0});
  steps_left_ = comm_.sum(mine);
}

/// The first chains that are not at their end: neighbours that have gone equally far.
mpi::Range Generation::next_block() const {
  std::uint64_t first = 0;
  while (first < progress_.size() && progress_[first] == plan_.n_steps() + 1) ++first;
  std::uint64_t last = first;
  while (last < progress_.size() && last - first < chains_at_once_ && progress_[last] == progress_[first])
    ++last;
  return {first, last};
}

Generation::Block Generation::unpack_block(mpi::Range chains) const {
  Block block{chains, mine_.first + chains.first, {}, Array<float, 2>({chains.size(), sampler().n_hidden()})};
  for (const auto& packed : states_) {
    Array<float, 2> states({chains.size(), n_units_[plan_.machine - 1]});
    for (std::uint64_t c = 0; c < chains.size(); ++c)
      unpack(packed.view().row(chains.first + c), states.view().row(c), rbm::off_value(units_), 1.0F);
    block.replicas.push_back(std::move(states));
  }
  return block;
}

void Generation::pack_block(const Block& block) {
  for (std::size_t r = 0; r < states_.size(); ++r)
    for (std::uint64_t c = 0; c < block.chains.size(); ++c)
      pack(block.replicas[r].view().row(c), states_[r].view().row(block.chains.first + c));
}

void Generation::start(Block& block) {
  if (starts_.size() == 0) {
    for (std::size_t r = 0; r < block.replicas.size(); ++r) {
      std::ranges::fill(block.replicas[r].flat(), 0.0F); // no field: independent units
      rbm::apply_rule(units_, rbm::Rule::sampled, {streams_.start, r, block.first}, 1.0F, block.replicas[r]);
    }
    return;
  }
  Array<float, 2> values({block.chains.size(), n_units_.front()});
  for (std::uint64_t c = 0; c < block.chains.size(); ++c)
    unpack(starts_.view().row(block.chains.first + c), values.view().row(c), rbm::off_value(units_), 1.0F);
  const auto below = std::span(samplers_).first(plan_.machine - 1);
  auto layers = rbm::sent_up(below, values, rbm::Rule::sampled, {streams_.hidden, going_up + 1, block.first});
  std::ranges::fill(block.replicas, layers.empty() ? values : layers.back());
}

void Generation::gibbs_step(Block& block, std::uint64_t step) {
  for (std::size_t r = 0; r < block.replicas.size(); ++r) {
    const std::uint64_t sequence = step * block.replicas.size() + r;
    const float beta = r < plan_.betas.size() ? static_cast<float>(plan_.betas[r]) : 1.0F;
    of_replica_[r]->to_hidden(block.replicas[r], block.hidden, rbm::Rule::sampled,
                              {streams_.hidden, sequence, block.first}, beta);
    of_replica_[r]->to_visible(block.hidden, block.replicas[r], rbm::Rule::sampled,
                               {streams_.visible, sequence, block.first}, beta);
  }
  if (block.replicas.size() > 1) exchange(block, step);
}

void Generation::exchange(Block& block, std::uint64_t step) {
  const rbm::ExchangeDraw draw{streams_.swap, step, block.first};
  if (along_.empty())
    rbm::exchange_replicas(sampler(), plan_.betas, block.views(), draw, accepted_);
  else
    rbm::exchange_machines(of_replica_, block.views(), draw, accepted_);
}

void Generation::keep(const Block& block, std::uint64_t index) {
  Array<float, 2> values = block.replicas.front();
  const std::uint64_t sequence = keeping | index * (plan_.machine + 1);
  if (plan_.layer == plan_.machine) {
    Array<float, 2> hidden(block.hidden.shape());
    sampler().to_hidden(values, hidden, rbm::Rule::sampled, {streams_.hidden, sequence, block.first});
    values = std::move(hidden);
  }
  for (std::size_t layer = plan_.machine - 1; layer > plan_.layer; --layer) {
    Array<float, 2> below({block.chains.size(), n_units_[layer - 1]});
    samplers_[layer - 1].to_visible(values, below, rbm::Rule::sampled,
                                    {streams_.visible, sequence + layer, block.first});
    values = std::move(below);
  }
  for (std::uint64_t c = 0; c < block.chains.size(); ++c)
    pack(values.view().row(c), kept_.view().row(block.chains.first + c).row(index));
}

void Generation::advance() {
  const mpi::Range chains = next_block();
  if (chains.size() > 0) {
    Block block = unpack_block(chains);
    std::uint64_t progress = progress_[chains.first];
    for (std::uint64_t k = 0; k < steps_at_once_ && progress <= plan_.n_steps(); ++k, ++progress) {
      if (progress == 0)
        start(block);
      else
        gibbs_step(block, progress - 1);
      const std::uint64_t n_steps = progress;
      if (n_steps >= plan_.burn_in && (n_steps - plan_.burn_in) % plan_.steps == 0)
        keep(block, (n_steps - plan_.burn_in) / plan_.steps);
    }
    pack_block(block);
    std::fill_n(progress_.begin() + static_cast<std::ptrdiff_t>(chains.first), chains.size(), progress);
  }
  count_steps_left();
}

std::vector<double> Generation::acceptance() const {
  std::vector<std::uint64_t> accepted = accepted_;
  comm_.sum(std::span(accepted));
  std::vector<double> shares;
  for (std::size_t pair = 0; pair < accepted.size(); ++pair) {
    // Even pairs exchange in rounds 0, 2, ..., odd ones in 1, 3, ...
    const std::uint64_t rounds = (plan_.n_steps() + 1 - pair % 2) / 2;
    shares.push_back(static_cast<double>(accepted[pair]) / static_cast<double>(rounds * plan_.n));
  }
  return shares;
}

void Generation::save(StateSink& sink) const {
  const auto rows = [&](std::uint64_t width) {
    return Slab::rows({plan_.n, width}, mine_.first, mine_.size());
  };
  sink.distributed("progress", rows(1), std::span<const std::uint64_t>(progress_));
  for (std::size_t r = 0; r < states_.size(); ++r)
    sink.distributed("state." + std::to_string(r), rows(states_[r].extent(1)), states_[r].flat());
  sink.distributed("kept", rows(kept_.extent(1) * kept_.extent(2)), std::as_const(kept_).flat());
  std::vector<std::uint64_t> accepted = accepted_;
  comm_.sum(std::span(accepted));
  if (!accepted.empty()) sink.replicated("accepted", std::span<const std::uint64_t>(accepted));
}

void Generation::load(StateSource& source) {
  const auto rows = [&](std::uint64_t width) {
    return Slab::rows({plan_.n, width}, mine_.first, mine_.size());
  };
  source.distributed("progress", rows(1), std::span(progress_));
  for (std::size_t r = 0; r < states_.size(); ++r)
    source.distributed("state." + std::to_string(r), rows(states_[r].extent(1)), states_[r].flat());
  source.distributed("kept", rows(kept_.extent(1) * kept_.extent(2)), kept_.flat());
  if (!accepted_.empty()) source.replicated("accepted", std::span(accepted_));
  if (!comm_.is_root()) std::ranges::fill(accepted_, 0); // the counts of all ranks together
  count_steps_left();
}

} // namespace blockspin::analysis
