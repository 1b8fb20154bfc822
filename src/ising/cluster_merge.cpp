#include "cluster_merge.hpp"

#include <algorithm>
#include <utility>

namespace blockspin::ising {
namespace {

using Parents = std::map<std::uint64_t, std::uint64_t>;

std::uint64_t root(Parents& parents, std::uint64_t site) {
  std::uint64_t top = site;
  while (parents.at(top) != top) top = parents.at(top);
  while (parents.at(site) != top) site = std::exchange(parents.at(site), top);
  return top;
}

} // namespace

std::map<std::uint64_t, std::uint64_t> merged_clusters(const mpi::Communicator& comm,
                                                       std::span<const CrossBond> mine) {
  std::vector<std::uint64_t> flat;
  for (const CrossBond& bond : mine)
    if (flat.empty() || flat[flat.size() - 2] != bond.here || flat.back() != bond.ahead)
      flat.insert(flat.end(), {bond.here, bond.ahead});
  const std::vector<std::uint64_t> all = comm.gather_all<std::uint64_t>(flat);
  Parents parents;
  for (const std::uint64_t site : all) parents.emplace(site, site);
  for (std::size_t i = 0; i < all.size(); i += 2) {
    const std::uint64_t a = root(parents, all[i]), b = root(parents, all[i + 1]);
    (a < b ? parents.at(b) : parents.at(a)) = std::min(a, b);
  }
  for (auto& [site, parent] : parents) parent = root(parents, site);
  return parents;
}

} // namespace blockspin::ising
