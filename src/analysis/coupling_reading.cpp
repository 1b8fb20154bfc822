#include "blockspin/analysis/coupling_reading.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "blockspin/analysis/flow.hpp"

namespace blockspin::analysis {

namespace {

using Counts = std::vector<ising::EnvironmentCounts>;

void add_over_ranks(const mpi::Communicator& comm, ising::EnvironmentCounts& counts) {
  comm.sum(std::span<std::int64_t>(counts.sites));
  comm.sum(std::span<std::int64_t>(counts.magnetization));
}

Counts counts_of_blocks(const lattice::Geometry& geometry, View<const float, 2> walkers) {
  Counts blocks((walkers.extent(0) + walker_block - 1) / walker_block);
  for (std::size_t i = 0; i < walkers.extent(0); ++i)
    ising::count_environments(geometry, walkers.row(i), blocks[i / walker_block]);
  return blocks;
}

/// Of all ranks' walkers, on every rank. Collective.
Counts counts_of_parts(const mpi::Communicator& comm, const lattice::Geometry& geometry,
                       View<const float, 2> walkers, std::uint64_t first, const SharedStarts& starts) {
  Counts parts(starts.n_parts());
  for (std::size_t i = 0; i < walkers.extent(0); ++i)
    ising::count_environments(geometry, walkers.row(i), parts[starts.part_of(first + i)]);
  for (ising::EnvironmentCounts& part : parts) add_over_ranks(comm, part);
  return parts;
}

ising::EnvironmentCounts total_of(const Counts& blocks) {
  ising::EnvironmentCounts total;
  for (const auto& block : blocks)
    for (std::size_t i = 0; i < total.sites.size(); ++i) {
      total.sites[i] += block.sites[i];
      total.magnetization[i] += block.magnetization[i];
    }
  return total;
}

std::vector<ising::CouplingScore> scores_of(const lattice::Geometry& geometry, const Counts& blocks,
                                            const ising::CouplingFit& fit) {
  std::vector<ising::CouplingScore> scores;
  for (const auto& block : blocks) scores.push_back(ising::score(block, fit, geometry.n_sites()));
  return scores;
}

/// All ranks' scores, in order.
std::vector<ising::CouplingScore> gathered(const mpi::Communicator& comm,
                                           const std::vector<ising::CouplingScore>& local) {
  std::vector<double> mine;
  for (const ising::CouplingScore& score : local) {
    mine.insert(mine.end(), score.slope.begin(), score.slope.end());
    mine.push_back(score.residual);
  }
  const std::vector<double> all = comm.gather_all<double>(mine);
  std::vector<ising::CouplingScore> scores(all.size() / 4);
  for (std::size_t b = 0; b < scores.size(); ++b) {
    std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(4 * b), 3, scores[b].slope.begin());
    scores[b].residual = all[4 * b + 3];
  }
  return scores;
}

/// Mean a site of the blocks' shares of the residual and its standard error.
void set_residual(CouplingRecord& record, const std::vector<double>& shares, double n_sites_in_all) {
  const auto n = static_cast<double>(shares.size());
  double sum = 0, squares = 0;
  for (const double share : shares) {
    sum += share;
    squares += share * share;
  }
  record.residual = sum / n_sites_in_all;
  record.residual_error = std::sqrt(std::max(0.0, squares - sum * sum / n) * n / (n - 1)) / n_sites_in_all;
}

} // namespace

CouplingRecord CouplingReading::fit(View<const float, 2> walkers, std::uint64_t first,
                                    const std::optional<SharedStarts>& shared,
                                    const ising::Couplings& start) const {
  const Counts parts = shared ? counts_of_parts(comm_, geometry_, walkers, first, *shared)
                              : counts_of_blocks(geometry_, walkers);
  ising::EnvironmentCounts total = total_of(parts);
  if (!shared) add_over_ranks(comm_, total);
  const ising::CouplingFit fit = ising::fit_couplings(total, start);
  CouplingRecord record;
  record.coupling = fit.coupling;
  record.misfit = fit.misfit;
  if (!fit.determined) {
    record.error = fit.coupling; // NaN, all of them
    record.residual = record.residual_error = std::numeric_limits<double>::quiet_NaN();
    return record;
  }
  auto scores = scores_of(geometry_, parts, fit);
  if (!shared) scores = gathered(comm_, scores);
  record.error = ising::coupling_errors(fit, scores);
  set_residual(record, ising::residual_shares(fit, total, scores, geometry_.n_sites()),
               static_cast<double>(n_walkers_) * static_cast<double>(geometry_.n_sites()));
  return record;
}

} // namespace blockspin::analysis
