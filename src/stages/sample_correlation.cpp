#include "sample_correlation.hpp"

#include "blockspin/base/packed.hpp"

namespace blockspin::stages {

void CorrelationSums::add(const mpi::Communicator& comm, const replica::KeptRows& rows) {
  const std::size_t distances = ising::n_distances(geometry_), width = distances + 1;
  const std::size_t bytes = packed_bytes(geometry_.n_sites());
  const PackedView configurations{{rows.packed.data(), {rows.range.size(), bytes}}, geometry_.n_sites()};
  std::vector<std::int64_t> integers; // of each configuration: the pair sums, then the magnetisation
  std::vector<double> structure;
  for (std::uint64_t i = 0; i < rows.range.size() && rows.range.first + i < most_correlated; ++i) {
    const ising::PairSums sums = ising::pair_sums(geometry_, configurations, i, distances);
    integers.insert(integers.end(), sums.pair_sum.begin(), sums.pair_sum.end());
    integers.push_back(sums.magnetization);
    structure.push_back(sums.structure);
  }
  // Ranks hold consecutive rows, so what is gathered is in the configurations' order.
  const auto all_integers = comm.gather_all<std::int64_t>(integers);
  const auto all_structure = comm.gather_all<double>(structure);
  for (std::size_t i = 0; i < all_structure.size(); ++i) {
    const auto* first = &all_integers[i * width];
    all_.push_back({{first, first + distances}, first[distances], all_structure[i]});
  }
}

ising::Correlations CorrelationSums::correlations(double temperature, std::size_t n_chains) const {
  return ising::correlations(geometry_, temperature, all_, n_chains);
}

void write_correlations(archive::StageWriter& writer, const std::vector<ising::Correlations>& all) {
  const std::uint64_t n_t = all.size(), n_r = all.front().pair.size();
  std::vector<double> mean, error, length, length_error;
  for (const ising::Correlations& c : all) {
    for (const stats::MeanEstimate& g : c.pair) {
      mean.push_back(g.mean);
      error.push_back(g.error);
    }
    length.push_back(c.length.mean);
    length_error.push_back(c.length.error);
  }
  std::vector<std::uint64_t> distance(n_r);
  for (std::uint64_t r = 0; r < n_r; ++r) distance[r] = r;
  writer.write_replicated("correlation/distance", {n_r}, std::span<const std::uint64_t>(distance));
  writer.write_replicated("correlation/mean", {n_t, n_r}, std::span<const double>(mean));
  writer.write_replicated("correlation/error", {n_t, n_r}, std::span<const double>(error));
  writer.write_replicated("correlation/length", {n_t}, std::span<const double>(length));
  writer.write_replicated("correlation/length_error", {n_t}, std::span<const double>(length_error));
}

} // namespace blockspin::stages
