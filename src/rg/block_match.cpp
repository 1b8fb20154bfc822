#include "blockspin/rg/block_match.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "blockspin/base/error.hpp"

namespace blockspin::rg {
namespace {

/// The block of a site where the first block begins at the row and column of the shifts.
std::size_t block_of(const SmallTorus& torus, unsigned block_side, unsigned site, unsigned row_shift,
                     unsigned column_shift) {
  const unsigned row = (site / torus.side + torus.side - row_shift) % torus.side;
  const unsigned column = (site % torus.side + torus.side - column_shift) % torus.side;
  return row / block_side * (torus.side / block_side) + column / block_side;
}

/// The match with blocks at one place, whether each has a hidden spin of its own or not.
BlockMatch match_at(const SmallTorus& torus, unsigned block_side, std::span<const double> weights,
                    unsigned row_shift, unsigned column_shift) {
  const std::size_t n_sites = std::size_t{torus.side} * torus.side, n_hidden = weights.size() / n_sites;
  BlockMatch match;
  for (std::size_t j = 0; j < n_hidden; ++j) {
    std::vector<double> held(n_hidden, 0.0); // by block
    for (unsigned site = 0; site < n_sites; ++site) {
      const double weight = weights[site * n_hidden + j];
      held[block_of(torus, block_side, site, row_shift, column_shift)] += weight * weight;
    }
    const auto most = std::max_element(held.begin(), held.end());
    const double all = std::accumulate(held.begin(), held.end(), 0.0);
    match.share.push_back(all == 0 ? 0 : *most / all);
    match.block.push_back(static_cast<std::size_t>(most - held.begin()));
  }
  return match;
}

double total_share(const BlockMatch& match) {
  return std::accumulate(match.share.begin(), match.share.end(), 0.0);
}

} // namespace

BlockMatch match_blocks(const SmallTorus& torus, unsigned block_side, std::span<const double> weights) {
  BlockMatch best;
  for (unsigned row_shift = 0; row_shift < block_side; ++row_shift)
    for (unsigned column_shift = 0; column_shift < block_side; ++column_shift) {
      const BlockMatch match = match_at(torus, block_side, weights, row_shift, column_shift);
      if (best.share.empty() || total_share(match) > total_share(best)) best = match;
    }
  const std::set<std::size_t> blocks(best.block.begin(), best.block.end());
  const double least_share = *std::min_element(best.share.begin(), best.share.end());
  if (blocks.size() < best.block.size() || least_share <= 0.5) best.block.clear();
  return best;
}

std::vector<double> weights_by_block(const BlockMatch& match, std::span<const double> weights) {
  require(match.is_unique(), "hidden spins and blocks belong together one to one");
  const std::size_t n_hidden = match.block.size(), n_sites = weights.size() / n_hidden;
  std::vector<double> by_block(weights.size());
  for (std::size_t j = 0; j < n_hidden; ++j) {
    double sum = 0;
    for (std::size_t i = 0; i < n_sites; ++i) sum += weights[i * n_hidden + j];
    for (std::size_t i = 0; i < n_sites; ++i)
      by_block[i * n_hidden + match.block[j]] =
          sum < 0 ? -weights[i * n_hidden + j] : weights[i * n_hidden + j];
  }
  return by_block;
}

} // namespace blockspin::rg
