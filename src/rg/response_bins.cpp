#include "blockspin/rg/response_bins.hpp"

#include "blockspin/base/packed.hpp"

namespace blockspin::rg {

ResponseBins::ResponseBins(std::uint64_t n_configurations, std::uint64_t n_ladders, const Responses& empty)
    : n_learnt_(n_learnt(n_configurations)), n_ladders_(n_ladders) {
  const std::uint64_t first_keep =
      n_learnt_ / n_ladders; // of the second half; its ladders may begin one later
  const std::array<std::uint64_t, 2> n_keeps = {groups_of(n_learnt_, n_ladders),
                                                groups_of(n_configurations, n_ladders) - first_keep};
  for (std::size_t half = 0; half < 2; ++half) {
    shape_[half] = bin_shape(n_ladders, n_keeps[half]);
    bins_[half].assign(shape_[half].n_groups,
                       std::vector<Responses>(groups_of(n_keeps[half], shape_[half].width), empty));
  }
}

Responses& ResponseBins::at(std::uint64_t configuration) {
  const std::size_t half = configuration < n_learnt_ ? 0 : 1;
  const std::uint64_t keep = configuration / n_ladders_ - (half == 0 ? 0 : n_learnt_ / n_ladders_);
  return bins_[half][configuration % n_ladders_ % shape_[half].n_groups][keep / shape_[half].width];
}

std::vector<std::uint64_t> ResponseBins::words() const {
  std::vector<std::uint64_t> words;
  for (const auto& half : bins_)
    for (const auto& group : half)
      for (const Responses& bin : group)
        for (const ResponseSums* sums : {&bin.even, &bin.odd}) {
          words.resize(words.size() + sums->n_words());
          sums->to_words(std::span(words).last(sums->n_words()));
        }
  return words;
}

void ResponseBins::fill(std::span<const std::uint64_t> words) {
  for (auto& half : bins_)
    for (auto& group : half)
      for (Responses& bin : group)
        for (ResponseSums* sums : {&bin.even, &bin.odd}) {
          sums->from_words(words.first(sums->n_words()));
          words = words.subspan(sums->n_words());
        }
}

void ResponseBins::sum_over_ranks(const mpi::Communicator& comm) {
  std::vector<std::uint64_t> all = words();
  comm.sum(std::span(all));
  fill(all);
}

} // namespace blockspin::rg
