#include "addresses.hpp"

#include "decision.hpp"

namespace blockspin::ising {

void fill_planes(std::span<const FlipTable> tables, FlipPlanes& planes) {
  for (std::size_t word = 0; word < 8; ++word)
    for (std::size_t k = 0; k < tables[word].threshold.size(); ++k) {
      const std::uint64_t threshold = tables[word].threshold[k];
      for (int j = 0; j < n_coarse; ++j)
        planes.coarse[k][j][word] = (threshold >> (63 - j) & 1) != 0 ? ~std::uint64_t{0} : 0;
      planes.fine[k][word] = threshold & (~std::uint64_t{0} >> n_coarse);
      planes.always[k][word] = tables[word].always[k] ? ~std::uint64_t{0} : 0;
    }
}

} // namespace blockspin::ising
