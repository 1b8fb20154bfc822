#include "blockspin/train/chains.hpp"

#include <algorithm>

#include "blockspin/base/packed.hpp"
#include "blockspin/rbm/tempering.hpp"

namespace blockspin::train {

namespace {

/// Sequences of persistent chains: apart from those that start at the data.
constexpr std::uint64_t persistent = std::uint64_t{1} << 63;

std::vector<double> ladder(const Settings& settings) {
  if (settings.algorithm != Algorithm::pt) return {1.0};
  return rbm::even_betas(settings.tempering_replicas, settings.tempering_beta);
}

} // namespace

Chains::Chains(const mpi::Communicator& comm, const Settings& settings, std::size_t n_visible)
    : units_(settings.units), n_chains_(settings.batch), gibbs_steps_(settings.gibbs_steps),
      held_(mpi::block_range(settings.batch, comm.rank(), comm.size())), betas_(ladder(settings)),
      hidden_({held_.size(), settings.n_hidden}),
      hidden_draws_(settings.seed, rng::StreamId::rbm_hidden, settings.instance),
      visible_draws_(settings.seed, rng::StreamId::rbm_visible, settings.instance),
      swap_draws_(settings.seed, rng::StreamId::rbm_swap, settings.instance) {
  const rng::Generator start(settings.seed, rng::StreamId::rbm_persistent, settings.instance);
  for (std::size_t replica = 0; replica < betas_.size(); ++replica) {
    Array<float, 2> state({held_.size(), n_visible});
    rbm::apply_rule(units_, rbm::Rule::sampled, {start, replica, held_.first}, 1.0F, state.view());
    states_.push_back(std::move(state));
  }
}

std::size_t Chains::n_local(std::uint64_t n_used) const {
  return std::clamp(n_used, held_.first, held_.last) - held_.first;
}

void Chains::advance(const rbm::GibbsSampler& sampler, std::uint64_t update, std::uint64_t n_used) {
  const std::size_t n = n_local(n_used);
  if (n == 0) return;
  for (std::uint64_t k = 0; k < gibbs_steps_; ++k)
    for (std::size_t replica = 0; replica < betas_.size(); ++replica)
      step(sampler, replica, persistent | ((update * gibbs_steps_ + k) * betas_.size() + replica), n);
  if (betas_.size() > 1) exchange(sampler, update, n);
}

void Chains::step(const rbm::GibbsSampler& sampler, std::size_t replica, std::uint64_t sequence,
                  std::size_t n) {
  const View<float, 2> visible(states_[replica].data(), {n, states_[replica].extent(1)});
  const View<float, 2> hidden(hidden_.data(), {n, hidden_.extent(1)});
  const auto beta = static_cast<float>(betas_[replica]);
  sampler.to_hidden(visible, hidden, rbm::Rule::sampled, {hidden_draws_, sequence, held_.first}, beta);
  sampler.to_visible(hidden, visible, rbm::Rule::sampled, {visible_draws_, sequence, held_.first}, beta);
}

void Chains::exchange(const rbm::GibbsSampler& sampler, std::uint64_t update, std::size_t n) {
  std::vector<View<float, 2>> replicas;
  for (auto& states : states_) replicas.emplace_back(states.data(), Shape<2>{n, states.extent(1)});
  rbm::exchange_replicas(sampler, betas_, replicas, {swap_draws_, update, held_.first});
}

Slab Chains::slab() const {
  return Slab::rows({n_chains_, packed_bytes(states_.front().extent(1))}, held_.first, held_.size());
}

void Chains::save(StateSink& sink, const std::string& name) const {
  for (std::size_t r = 0; r < states_.size(); ++r) {
    Array<std::uint8_t, 2> packed({held_.size(), packed_bytes(states_[r].extent(1))});
    for (std::size_t c = 0; c < held_.size(); ++c) pack(states_[r].row(c), packed.row(c));
    sink.distributed(name + "." + std::to_string(r), slab(), std::span<const std::uint8_t>(packed.flat()));
  }
}

void Chains::load(StateSource& source, const std::string& name) {
  for (std::size_t r = 0; r < states_.size(); ++r) {
    Array<std::uint8_t, 2> packed({held_.size(), packed_bytes(states_[r].extent(1))});
    source.distributed(name + "." + std::to_string(r), slab(), packed.flat());
    for (std::size_t c = 0; c < held_.size(); ++c)
      unpack(packed.row(c), states_[r].row(c), rbm::off_value(units_), 1.0F);
  }
}

} // namespace blockspin::train
