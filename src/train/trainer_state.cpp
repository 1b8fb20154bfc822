// Trainer: keeping its state, and watching its weights.

#include <algorithm>
#include <bit>
#include <string>

#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/train/trainer.hpp"
#include "machine_state.hpp"
#include "records.hpp"

namespace blockspin::train {

rbm::Machine Trainer::machine() const { return divergence_ ? good_ : sampler_.machine(); }

void Trainer::check_weights() {
  const auto parameters = sampler_.parameters();
  const auto limit = std::bit_cast<std::uint32_t>(static_cast<float>(settings_.weight_limit));
  const bool diverged = rbm::largest_magnitude(parameters.weights.values()) > limit ||
                        rbm::largest_magnitude(parameters.visible_bias) > limit ||
                        rbm::largest_magnitude(parameters.hidden_bias) > limit;
  if (!diverged) return;
  divergence_ = {epoch_ + 1, batch_ + 1};
  Error error(
      ErrorKind::numerical,
      "training diverged in epoch " + std::to_string(epoch_ + 1) + ", batch " + std::to_string(batch_ + 1) +
          ": a parameter is not finite, or beyond weight_limit = " + format_number(settings_.weight_limit));
  error.set_agreed(); // the parameters are the same on every rank
  throw error;
}

namespace {

/// What was kept after the epochs of `kept`, as far as `wanted` has them.
template <class T>
std::vector<T> selected(const std::vector<T>& all, const std::vector<std::uint64_t>& kept,
                        const std::vector<std::uint64_t>& wanted) {
  std::vector<T> some;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (std::ranges::binary_search(wanted, kept[i])) some.push_back(all[i]);
  return some;
}

} // namespace

Beginning Trainer::beginning() const {
  Beginning begun{epoch_, {}, settings_.weight_limit, settings_.judge, settings_.snapshots};
  for (std::uint64_t epoch = 0; epoch < epoch_ + (batch_ > 0 ? 1 : 0); ++epoch)
    begun.rates.push_back(settings_.update.rate(epoch));
  return begun;
}

void Trainer::save(StateSink& sink) const {
  train::save(sink, beginning());
  save_machine(sink, "machine", sampler_.machine());
  save_machine(sink, "good", good_);
  weights_optimiser_.save(sink, "weights_optimiser");
  visible_optimiser_.save(sink, "visible_optimiser");
  hidden_optimiser_.save(sink, "hidden_optimiser");
  if (settings_.algorithm != Algorithm::cd) chains_.save(sink);
  if (settings_.centred) centring_.save(sink);
  if (trajectory_) trajectory_->save(sink);
  sink.replicated("precision", static_cast<std::uint64_t>(sampler_.precision()));
  sink.replicated("batch", batch_);
  sink.replicated("n_compared", n_compared_);
  sink.replicated("squared_error", comm_.sum(squared_error_));
  save_records(sink, "history", history_);
  save_records(sink, "judgements", judgements_);
  for (std::size_t i = 0; i < snapshots_.size(); ++i)
    save_machine(sink, "snapshot_" + std::to_string(i), snapshots_[i]);
}

void Trainer::load(StateSource& source) {
  const Beginning begun = load_beginning(source);
  require_same_beginning(settings_, begun);
  load_machine(source, "machine", good_);
  std::uint64_t precision = 0; // a training ends in the precision it began with, wherever it is resumed
  source.replicated("precision", precision);
  sampler_ = rbm::GibbsSampler(static_cast<rbm::Precision>(precision));
  sampler_.set(good_);
  load_machine(source, "good", good_); // differs in the middle of an epoch: what a divergence would leave
  weights_optimiser_.load(source, "weights_optimiser");
  visible_optimiser_.load(source, "visible_optimiser");
  hidden_optimiser_.load(source, "hidden_optimiser");
  if (settings_.algorithm != Algorithm::cd) chains_.load(source);
  if (settings_.centred) centring_.load(source);
  if (trajectory_) trajectory_->load(source);
  epoch_ = begun.n_epochs;
  source.replicated("batch", batch_);
  source.replicated("n_compared", n_compared_);
  source.replicated("squared_error", squared_error_);
  if (!comm_.is_root()) squared_error_ = 0; // the root keeps the sum of all ranks
  load_records(source, "history", history_);
  load_records(source, "judgements", judgements_);
  load_snapshots(source, begun.snapshots);
  judgements_ = selected(judgements_, judged_epochs(begun.judge.interval, epoch_),
                         judged_epochs(settings_.judge.interval, epoch_));
  snapshots_ = selected(snapshots_, begun.snapshots, settings_.snapshots);
  epoch_started_ = false;
}

/// All that were kept.
void Trainer::load_snapshots(StateSource& source, const std::vector<std::uint64_t>& epochs) {
  snapshots_.clear();
  for (const std::uint64_t after : epochs)
    if (after <= epoch_) {
      snapshots_.push_back(good_);
      load_machine(source, "snapshot_" + std::to_string(snapshots_.size() - 1), snapshots_.back());
    }
}

} // namespace blockspin::train
