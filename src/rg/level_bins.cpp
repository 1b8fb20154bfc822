#include "blockspin/rg/level_bins.hpp"

#include <algorithm>
#include <bit>

#include "blockspin/base/packed.hpp"

namespace blockspin::rg {

LevelMoments::LevelMoments(const BlockingSetup& setup)
    : even(Parity::even, setup.n_levels, setup.n_even), odd(Parity::odd, setup.n_levels, setup.n_odd),
      couplings(setup.n_levels, setup.n_even) {}

void LevelMoments::merge(const LevelMoments& other) {
  even.merge(other.even);
  odd.merge(other.odd);
  couplings.merge(other.couplings);
}

void LevelMoments::remove(const LevelMoments& other) {
  even.remove(other.even);
  odd.remove(other.odd);
  couplings.merge(other.couplings, -1);
}

BinShape bin_shape(std::uint64_t n_ladders, std::uint64_t n_keeps) {
  constexpr std::uint64_t most_groups = 64, all_bins = 128;
  const std::uint64_t n_groups = std::min(n_ladders, most_groups);
  BinShape shape{n_groups, std::bit_floor(all_bins / n_groups)};
  while (n_keeps > shape.most_bins * shape.width) shape.width *= 2;
  return shape;
}

namespace {

std::size_t words_of(const LevelMoments& moments) {
  return moments.even.n_words() + moments.odd.n_words() + moments.couplings.n_words();
}

void to_words(const LevelMoments& moments, std::span<std::uint64_t> words) {
  const std::size_t n_even = moments.even.n_words(), n_odd = moments.odd.n_words();
  moments.even.to_words(words.first(n_even));
  moments.odd.to_words(words.subspan(n_even, n_odd));
  moments.couplings.to_words(words.subspan(n_even + n_odd));
}

void from_words(std::span<const std::uint64_t> words, LevelMoments& moments) {
  const std::size_t n_even = moments.even.n_words(), n_odd = moments.odd.n_words();
  moments.even.from_words(words.first(n_even));
  moments.odd.from_words(words.subspan(n_even, n_odd));
  moments.couplings.from_words(words.subspan(n_even + n_odd));
}

} // namespace

LevelBins::LevelBins(std::uint64_t n_ladders, const LevelMoments& empty)
    : empty_(empty), shape_(bin_shape(n_ladders, 0)), bins_(shape_.n_groups) {}

void LevelBins::make_room(std::uint64_t n_keeps) {
  while (n_keeps > shape_.most_bins * shape_.width) {
    for (auto& bins : bins_) {
      for (std::size_t i = 1; i < bins.size(); ++i)
        i % 2 == 1 ? bins[i / 2].merge(bins[i]) : void(bins[i / 2] = std::move(bins[i]));
      bins.erase(bins.begin() + static_cast<std::ptrdiff_t>((bins.size() + 1) / 2), bins.end());
    }
    shape_.width *= 2;
  }
}

LevelMoments& LevelBins::at(std::uint64_t ladder, std::uint64_t keep) {
  make_room(keep + 1);
  auto& bins = bins_[ladder % shape_.n_groups];
  bins.resize(std::max<std::size_t>(bins.size(), keep / shape_.width + 1), empty_);
  return bins[keep / shape_.width];
}

LevelMoments LevelBins::total(const mpi::Communicator& comm) const {
  LevelMoments sum = empty_;
  for (const auto& bins : bins_)
    for (const LevelMoments& bin : bins) sum.merge(bin);
  std::vector<std::uint64_t> words(words_of(sum));
  to_words(sum, words);
  comm.sum(std::span(words));
  from_words(words, sum);
  return sum;
}

std::vector<std::uint64_t> LevelBins::words() const {
  std::vector<std::uint64_t> words;
  for (const auto& bins : bins_)
    for (const LevelMoments& bin : bins) {
      words.resize(words.size() + words_of(empty_));
      to_words(bin, std::span(words).last(words_of(empty_)));
    }
  return words;
}

void LevelBins::fill(std::span<const std::uint64_t> words) {
  for (auto& bins : bins_)
    for (LevelMoments& bin : bins) {
      from_words(words.first(words_of(empty_)), bin);
      words = words.subspan(words_of(empty_));
    }
}

LevelBins LevelBins::summed(const mpi::Communicator& comm, std::uint64_t n_keeps) const {
  LevelBins all = *this;
  all.make_room(n_keeps);
  for (auto& bins : all.bins_) bins.resize(groups_of(n_keeps, all.shape_.width), empty_);
  std::vector<std::uint64_t> words = all.words();
  comm.sum(std::span(words));
  all.fill(words);
  return all;
}

std::vector<std::vector<LevelMoments>> LevelBins::collected(const mpi::Communicator& comm,
                                                            std::uint64_t n_keeps) const {
  return summed(comm, n_keeps).bins_;
}

void LevelBins::save(StateSink& sink, const mpi::Communicator& comm, std::uint64_t n_keeps) const {
  const LevelBins all = summed(comm, n_keeps);
  const std::vector<std::uint64_t> words = all.words();
  sink.replicated("level_bin_width", all.shape_.width);
  if (n_keeps > 0) sink.replicated("level_bins", std::span<const std::uint64_t>(words));
}

void LevelBins::load(StateSource& source, const mpi::Communicator& comm, std::uint64_t n_keeps) {
  source.replicated("level_bin_width", shape_.width);
  for (auto& bins : bins_) bins.assign(groups_of(n_keeps, shape_.width), empty_);
  if (n_keeps == 0) return;
  std::vector<std::uint64_t> words(shape_.n_groups * bins_.front().size() * words_of(empty_));
  source.replicated("level_bins", std::span(words));
  if (comm.is_root()) fill(words); // the others' sums are in the root's from now on
}

} // namespace blockspin::rg
