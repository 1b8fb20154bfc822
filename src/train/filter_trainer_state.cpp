// FilterTrainer: keeping its state.

#include "blockspin/base/packed.hpp"
#include "blockspin/train/filter_trainer.hpp"
#include "records.hpp"

namespace blockspin::train {

Slab FilterTrainer::chain_slab() const {
  return Slab::rows({settings_.batch, packed_bytes(data_.n_units)}, held_chains_.first, held_chains_.size());
}

void FilterTrainer::save(StateSink& sink) const {
  const ising::BlockFilter& filter = machine_.filter;
  sink.replicated("epoch", epoch_);
  sink.replicated("batch", batch_);
  sink.replicated("n_different", comm_.sum(n_different_));
  sink.replicated("last_gradient_norm", last_gradient_norm_);
  sink.replicated("weights", std::span<const float>(filter.weights));
  sink.replicated("visible_bias", filter.visible_bias);
  sink.replicated("hidden_bias", filter.hidden_bias);
  weights_optimiser_.save(sink, "weights_optimiser");
  visible_optimiser_.save(sink, "visible_optimiser");
  hidden_optimiser_.save(sink, "hidden_optimiser");
  save_records(sink, "history", history_);
  if (!settings_.persistent) return;
  Array<std::uint8_t, 2> packed({held_chains_.size(), packed_bytes(data_.n_units)});
  for (std::size_t c = 0; c < held_chains_.size(); ++c) pack(chains_.row(c), packed.row(c));
  sink.distributed("chains", chain_slab(), std::span<const std::uint8_t>(packed.flat()));
}

void FilterTrainer::load(StateSource& source) {
  ising::BlockFilter& filter = machine_.filter;
  source.replicated("epoch", epoch_);
  source.replicated("batch", batch_);
  source.replicated("n_different", n_different_);
  if (!comm_.is_root()) n_different_ = 0; // the root keeps the sum of all ranks
  source.replicated("last_gradient_norm", last_gradient_norm_);
  source.replicated("weights", std::span<float>(filter.weights));
  source.replicated("visible_bias", filter.visible_bias);
  source.replicated("hidden_bias", filter.hidden_bias);
  weights_optimiser_.load(source, "weights_optimiser");
  visible_optimiser_.load(source, "visible_optimiser");
  hidden_optimiser_.load(source, "hidden_optimiser");
  load_records(source, "history", history_);
  epoch_started_ = false;
  if (!settings_.persistent) return;
  Array<std::uint8_t, 2> packed({held_chains_.size(), packed_bytes(data_.n_units)});
  source.distributed("chains", chain_slab(), packed.flat());
  for (std::size_t c = 0; c < held_chains_.size(); ++c)
    unpack(packed.row(c), chains_.row(c), rbm::off_value(rbm::Units::spin), 1.0F);
}

std::uint64_t FilterTrainer::saved_epochs(StateSource& source) {
  std::uint64_t epoch = 0, batch = 0;
  source.replicated("epoch", epoch);
  source.replicated("batch", batch);
  return epoch + (batch > 0 ? 1 : 0);
}

} // namespace blockspin::train
