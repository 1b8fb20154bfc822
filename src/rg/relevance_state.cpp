#include <algorithm>

#include "blockspin/rg/relevance.hpp"

namespace blockspin::rg {
namespace {

std::vector<double> numbers_of(const LayerModes& modes) {
  std::vector<double> numbers = modes.centre;
  numbers.insert(numbers.end(), modes.direction.flat().begin(), modes.direction.flat().end());
  numbers.insert(numbers.end(), modes.variance.begin(), modes.variance.end());
  return numbers;
}

LayerModes modes_from(StateSource& source, const std::string& name, std::size_t n_units,
                      std::size_t n_modes) {
  LayerModes modes{std::vector<double>(n_units), Array<double, 2>({1 + n_modes, n_units}),
                   std::vector<double>(n_modes)};
  std::vector<double> numbers(n_units + modes.direction.size() + n_modes);
  source.replicated(name, std::span(numbers));
  const std::span<const double> all(numbers);
  std::ranges::copy(all.first(n_units), modes.centre.begin());
  std::ranges::copy(all.subspan(n_units, modes.direction.size()), modes.direction.flat().begin());
  std::ranges::copy(all.last(n_modes), modes.variance.begin());
  return modes;
}

} // namespace

void Relevance::save(StateSink& sink) const {
  sink.replicated("relevance_task", static_cast<std::uint64_t>(task_));
  sink.replicated("relevance_next", next_);
  sink.replicated("relevance_bins", n_bins_);
  sink.replicated("relevance_tau", tau_);
  for (std::size_t subject = 0; subject < found_.size(); ++subject)
    for (std::size_t layer = 0; layer < found_[subject].size(); ++layer) {
      const std::vector<double> numbers = rg::numbers_of(found_[subject][layer]);
      sink.replicated("relevance_" + std::to_string(subject) + "_" + std::to_string(layer),
                      std::span<const double>(numbers));
    }
  if (!done()) save_work(sink);
}

void Relevance::save_work(StateSink& sink) const {
  if (task_ > 0 && !learns())
    for (std::size_t layer = 0; layer < n_layers(); ++layer) {
      const std::vector<double> numbers = numbers_of(modes_[layer]);
      sink.replicated("relevance_modes_" + std::to_string(layer), std::span<const double>(numbers));
    }
  for (std::size_t layer = 0; layer < moments_.size(); ++layer) {
    HiddenMoments all = moments_[layer];
    all.sum_over_ranks(comm_);
    const std::vector<double> numbers = all.numbers();
    sink.replicated("relevance_moments_" + std::to_string(layer), std::span<const double>(numbers));
  }
  if (!bins_) return;
  ResponseBins all = *bins_;
  all.sum_over_ranks(comm_);
  const std::vector<std::uint64_t> words = all.words();
  sink.replicated("relevance_sums", std::span<const std::uint64_t>(words));
}

void Relevance::load(StateSource& source) {
  std::uint64_t task = 0, next = 0;
  source.replicated("relevance_task", task);
  source.replicated("relevance_next", next);
  source.replicated("relevance_bins", n_bins_);
  source.replicated("relevance_tau", tau_);
  task_ = static_cast<std::size_t>(task);
  found_.assign(task_ == 0 ? 0 : 1 + (task_ - 1) / 2, {});
  for (std::size_t subject = 0; subject < found_.size(); ++subject)
    for (std::size_t layer = 0; layer < (subject == 0 ? 1 : n_layers()); ++layer) {
      const std::size_t n_even = even_.independent.size(), n_odd = odd_.independent.size();
      const LayerShape shape = shape_of(subject, layer);
      std::vector<double> numbers(n_numbers(shape, n_even, n_odd));
      source.replicated("relevance_" + std::to_string(subject) + "_" + std::to_string(layer),
                        std::span(numbers));
      found_[subject].push_back(layer_of(numbers, shape, n_even, n_odd));
    }
  if (!done()) load_work(source);
  next_ = next;
}

void Relevance::load_work(StateSource& source) {
  modes_.clear();
  if (task_ > 0 && !learns())
    for (std::size_t layer = 0; layer < n_layers(); ++layer)
      modes_.push_back(modes_from(source, "relevance_modes_" + std::to_string(layer), stack().n_units(layer),
                                  n_modes(layer)));
  begin_task();
  for (std::size_t layer = 0; layer < moments_.size(); ++layer) {
    std::vector<double> numbers(HiddenMoments::n_numbers(stack().n_units(layer)));
    source.replicated("relevance_moments_" + std::to_string(layer), std::span(numbers));
    if (comm_.is_root()) moments_[layer].set(numbers); // the others' sums are in the root's from now on
  }
  if (!bins_) return;
  std::vector<std::uint64_t> words = bins_->words();
  source.replicated("relevance_sums", std::span(words));
  if (comm_.is_root()) bins_->fill(words);
}

} // namespace blockspin::rg
