#include "blockspin/ising/binned_series.hpp"

#include <algorithm>
#include <array>

namespace blockspin::ising {
namespace {

constexpr std::size_t at_once = 16; // samples whose sums are fast

/// The 128-bit sums in the order they are written.
template <class Sums>
auto wide_sums(Sums& s) {
  return std::array{&s.energy,
                    &s.energy_squared,
                    &s.magnetization,
                    &s.abs_magnetization,
                    &s.magnetization_squared,
                    &s.energy_magnetization};
}

} // namespace

void Bin::add(std::span<const std::int64_t> energy, std::span<const std::int64_t> magnetization) {
  sums.add(energy, magnetization);
  last_energy = energy.back();
  last_magnetization = magnetization.back();
}

void Bin::append(const Bin& next) {
  sums.merge(next.sums);
  last_energy = next.last_energy;
  last_magnetization = next.last_magnetization;
}

void to_words(const Bin& bin, std::span<std::int64_t> words) {
  std::size_t at = 0;
  const auto put = [&](std::uint64_t word) { words[at++] = static_cast<std::int64_t>(word); };
  const auto put_wide = [&](stats::UInt128 word) {
    put(static_cast<std::uint64_t>(word));
    put(static_cast<std::uint64_t>(word >> 64));
  };
  put(bin.sums.n);
  for (const stats::Int128* sum : wide_sums(bin.sums)) put_wide(static_cast<stats::UInt128>(*sum));
  put_wide(bin.sums.magnetization_fourth.low);
  put(bin.sums.magnetization_fourth.high);
  words[at++] = bin.last_energy;
  words[at++] = bin.last_magnetization;
}

Bin from_words(std::span<const std::int64_t> words) {
  std::size_t at = 0;
  const auto get = [&] { return static_cast<std::uint64_t>(words[at++]); };
  const auto get_wide = [&] {
    const stats::UInt128 low = get();
    return static_cast<stats::UInt128>(get()) << 64 | low;
  };
  Bin bin;
  bin.sums.n = get();
  for (stats::Int128* sum : wide_sums(bin.sums)) *sum = static_cast<stats::Int128>(get_wide());
  bin.sums.magnetization_fourth.low = get_wide();
  bin.sums.magnetization_fourth.high = get();
  bin.last_energy = words[at++];
  bin.last_magnetization = words[at++];
  return bin;
}

void BinnedSeries::add(std::size_t row, std::span<const std::int64_t> energy,
                       std::span<const std::int64_t> magnetization) {
  std::vector<Bin>& bins = rows_[row];
  for (std::size_t i = 0; i < energy.size();) {
    if (bins.empty() || bins.back().sums.n == width_) bins.emplace_back();
    Bin& bin = bins.back();
    const std::size_t n = std::min<std::size_t>({energy.size() - i, width_ - bin.sums.n, at_once});
    bin.add(energy.subspan(i, n), magnetization.subspan(i, n));
    i += n;
  }
}

void BinnedSeries::join_pairs() {
  for (auto& bins : rows_) {
    for (std::size_t i = 0; i < bins.size(); i += 2) {
      bins[i / 2] = bins[i];
      if (i + 1 < bins.size()) bins[i / 2].append(bins[i + 1]);
    }
    bins.resize((bins.size() + 1) / 2);
  }
  width_ *= 2;
}

void BinnedSeries::save(StateSink& sink, const mpi::Communicator& comm, const std::string& name,
                        std::uint64_t first_row, std::uint64_t n_global) const {
  sink.replicated(name + "_width", width_);
  const auto length = comm.max(std::uint64_t{rows_.empty() ? 0 : rows_.front().size()});
  const Slab slab = Slab::rows({n_global, words_of_bin * length}, first_row, n_rows());
  std::vector<std::int64_t> words(slab.n_local());
  std::span<std::int64_t> rest(words);
  for (const auto& bins : rows_)
    for (const Bin& bin : bins) {
      to_words(bin, rest);
      rest = rest.subspan(words_of_bin);
    }
  sink.distributed(name, slab, std::span<const std::int64_t>(words));
}

void BinnedSeries::load(StateSource& source, const std::string& name, std::uint64_t first_row,
                        std::uint64_t n_global) {
  source.replicated(name + "_width", width_);
  const std::uint64_t n_words = n_global == 0 ? 0 : source.n_saved(name) / n_global;
  const Slab slab = Slab::rows({n_global, n_words}, first_row, rows_.size());
  std::vector<std::int64_t> words(slab.n_local());
  source.distributed(name, slab, std::span<std::int64_t>(words));
  std::span<const std::int64_t> rest(words);
  for (auto& bins : rows_) {
    bins.clear();
    for (std::uint64_t i = 0; i < n_words / words_of_bin; ++i) {
      bins.push_back(from_words(rest));
      rest = rest.subspan(words_of_bin);
    }
  }
}

} // namespace blockspin::ising
