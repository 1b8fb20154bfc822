#include "blockspin/rbm/annealing.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace blockspin::rbm {

namespace {

/// Chains annealed together: as many as share one reading of the weights, and still fit the caches.
constexpr std::uint64_t block_chains = 32;

struct LnMean {
  double value = 0;
  double error = 0;
};

/// The largest weight divided out.
std::vector<double> weights_of(const std::vector<double>& ln_weights) {
  const double largest = *std::max_element(ln_weights.begin(), ln_weights.end());
  std::vector<double> weights;
  for (const double value : ln_weights) weights.push_back(std::exp(value - largest));
  return weights;
}

/// ln of the mean of exp(values) where values count by `weight`, and its standard error by error propagation. Few
/// large terms make the mean: the error holds one of them more than was seen, its size being the third over the
/// second moment of the terms.
LnMean ln_mean_exp(const std::vector<double>& values, const std::vector<double>& weight) {
  const std::vector<double> x = weights_of(values);
  const double n = static_cast<double>(x.size());
  double sum = 0, total = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += weight[i] * x[i];
    total += weight[i];
  }
  const double mean = sum / total;
  double squares = 0, cubes = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double share = weight[i] * (x[i] / mean - 1) / total;
    squares += share * share;
    cubes += share * share * share;
  }
  const double event = squares > 0 ? std::abs(cubes) / squares : 0;
  return {*std::max_element(values.begin(), values.end()) + std::log(mean),
          std::sqrt(squares * n / (n - 1) + event * event)};
}

/// (sum w)^2 / sum w^2.
double effective_number(const std::vector<double>& weights) {
  double sum = 0, squares = 0;
  for (const double w : weights) {
    sum += w;
    squares += w * w;
  }
  return sum * sum / squares;
}

} // namespace

/// One block of chains on its way from beta = 0 to 1 and back.
class Annealer::Chains {
public:
  Chains(const Annealer& owner, std::uint64_t first, std::size_t n)
      : owner_(owner), first_(first), visible_({n, owner.n_visible_}), hidden_({n, owner.n_hidden_}) {
    // Fields are zero: fair coins.
    apply_rule(sampler().units(), Rule::sampled, {owner_.draws_, sequence_++, first_}, 1.0F, visible_.view());
  }

  /// ln of the weights the chains gather on their way up.
  std::vector<double> forwards() {
    std::vector<double> ln_weight(visible_.extent(0), 0.0);
    const std::uint64_t n = owner_.annealing_.n_temperatures;
    for (std::uint64_t k = 1; k <= n; ++k) {
      pass(owner_.safe_point_);
      gather(beta(k - 1), beta(k), ln_weight);
      gibbs_step(beta(k));
    }
    return ln_weight;
  }
  void rest() {
    for (std::uint64_t k = 0; k < owner_.n_rests(); ++k) {
      pass(owner_.safe_point_);
      sampler().hidden_fields(visible_.view(), hidden_.view());
      gibbs_step(1.0);
    }
  }
  std::vector<double> back() {
    std::vector<double> ln_weight(visible_.extent(0), 0.0);
    for (std::uint64_t k = owner_.annealing_.n_temperatures; k >= 1; --k) {
      pass(owner_.safe_point_);
      gather(beta(k), beta(k - 1), ln_weight);
      if (k > 1) gibbs_step(beta(k - 1));
    }
    return ln_weight;
  }

private:
  const GibbsSampler& sampler() const { return owner_.sampler_; }
  double beta(std::uint64_t k) const {
    return static_cast<double>(k) / static_cast<double>(owner_.annealing_.n_temperatures);
  }
  /// Adds ln of exp(-F) at `to` over that at `from`; leaves the hidden fields for the Gibbs step.
  void gather(double from, double to, std::vector<double>& ln_weight) {
    sampler().hidden_fields(visible_.view(), hidden_.view());
    for (std::size_t c = 0; c < ln_weight.size(); ++c)
      ln_weight[c] += sampler().log_weight_change(visible_.row(c), hidden_.row(c), from, to);
  }
  void gibbs_step(double at_beta) {
    const auto b = static_cast<float>(at_beta);
    apply_rule(sampler().units(), Rule::sampled, {owner_.draws_, sequence_++, first_}, b, hidden_.view());
    sampler().to_visible(hidden_.view(), visible_.view(), Rule::sampled, {owner_.draws_, sequence_++, first_},
                         b);
  }

  const Annealer& owner_;
  std::uint64_t first_;
  std::uint64_t sequence_ = 0;
  Array<float, 2> visible_, hidden_;
};

Annealer::Annealer(const Machine& machine, const Annealing& annealing, const rng::Generator& draws,
                   const mpi::Communicator& comm, SafePoint safe_point)
    : sampler_(machine), n_visible_(machine.n_visible()), n_hidden_(machine.n_hidden()),
      annealing_(annealing), draws_(draws), comm_(comm), safe_point_(std::move(safe_point)),
      blocks_((annealing.n_chains + block_chains - 1) / block_chains), todo_(blocks_.size()) {
  std::iota(todo_.begin(), todo_.end(), std::size_t{0});
}

std::uint64_t Annealer::n_chains(std::size_t block) const {
  return std::min(block_chains, annealing_.n_chains - block * block_chains);
}

void Annealer::advance() {
  const std::size_t mine = next_ + static_cast<std::size_t>(comm_.rank());
  if (mine >= todo_.size())
    stand_by();
  else
    anneal_block(todo_[mine]);
  next_ = std::min(todo_.size(), next_ + static_cast<std::size_t>(comm_.size()));
}

/// Passes the safe points of a step without working.
void Annealer::stand_by() const {
  for (std::uint64_t k = 0; k < 2 * annealing_.n_temperatures + n_rests(); ++k) pass(safe_point_);
}

void Annealer::anneal_block(std::size_t block) {
  Chains chains(*this, block * block_chains, n_chains(block));
  Block& result = blocks_[block];
  result.forwards = chains.forwards();
  chains.rest();
  result.back = chains.back();
  result.is_done = 1;
}

/// Every rank's finished blocks on every rank. A block loaded from a checkpoint stands on all of them: the
/// first rank's is taken.
std::vector<Annealer::Block> Annealer::all_blocks() const {
  std::vector<double> mine;
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    if (blocks_[b].is_done == 0) continue;
    mine.push_back(static_cast<double>(b));
    mine.insert(mine.end(), blocks_[b].forwards.begin(), blocks_[b].forwards.end());
    mine.insert(mine.end(), blocks_[b].back.begin(), blocks_[b].back.end());
  }
  const std::vector<double> all = comm_.gather_all<double>(mine);
  std::vector<Block> blocks(blocks_.size());
  for (auto at = all.begin(); at != all.end();) {
    const auto b = static_cast<std::size_t>(*at++);
    const auto n = static_cast<std::ptrdiff_t>(n_chains(b));
    blocks[b] = {1, {at, at + n}, {at + n, at + 2 * n}};
    at += 2 * n;
  }
  return blocks;
}

void Annealer::save(StateSink& sink) const {
  std::vector<std::uint64_t> is_done;
  std::vector<double> forwards, back;
  const auto blocks = all_blocks();
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    Block block = blocks[b];
    block.forwards.resize(n_chains(b));
    block.back.resize(n_chains(b));
    is_done.push_back(block.is_done);
    forwards.insert(forwards.end(), block.forwards.begin(), block.forwards.end());
    back.insert(back.end(), block.back.begin(), block.back.end());
  }
  sink.replicated("is_done", std::span<const std::uint64_t>(is_done));
  sink.replicated("forwards", std::span<const double>(forwards));
  sink.replicated("back", std::span<const double>(back));
}

void Annealer::load(StateSource& source) {
  std::vector<std::uint64_t> is_done(blocks_.size());
  std::vector<double> forwards(annealing_.n_chains), back(annealing_.n_chains);
  source.replicated("is_done", std::span<std::uint64_t>(is_done));
  source.replicated("forwards", std::span<double>(forwards));
  source.replicated("back", std::span<double>(back));
  todo_.clear();
  next_ = 0;
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    if (is_done[b] == 0) {
      todo_.push_back(b);
      continue;
    }
    const auto first = static_cast<std::ptrdiff_t>(b * block_chains);
    const auto last = first + static_cast<std::ptrdiff_t>(n_chains(b));
    blocks_[b] = {
        1, {forwards.begin() + first, forwards.begin() + last}, {back.begin() + first, back.begin() + last}};
  }
}

LnZEstimate Annealer::estimate() const {
  std::vector<double> forwards, back;
  for (const Block& block : all_blocks()) {
    forwards.insert(forwards.end(), block.forwards.begin(), block.forwards.end());
    back.insert(back.end(), block.back.begin(), block.back.end());
  }
  const std::vector<double> weights = weights_of(forwards);
  const LnMean up = ln_mean_exp(forwards, std::vector<double>(forwards.size(), 1.0)),
               down = ln_mean_exp(back, weights);
  const double at_zero = static_cast<double>(n_visible_ + n_hidden_) * std::log(2.0); // ln Z at beta = 0
  return {at_zero + up.value, up.error, at_zero - down.value, down.error, effective_number(weights)};
}

LnZEstimate anneal(const Machine& machine, const Annealing& annealing, const rng::Generator& draws,
                   const mpi::Communicator& comm) {
  Annealer annealer(machine, annealing, draws, comm);
  while (!annealer.done()) annealer.advance();
  return annealer.estimate();
}

} // namespace blockspin::rbm
