#include "hdf5.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace blockspin::tables {

void Hdf5Table::read(std::size_t n_leading, std::uint64_t first, std::uint64_t n,
                     std::span<double> values) const {
  const std::uint64_t run = extent_[n_leading - 1]; // consecutive rows that one rectangle can hold
  const auto from = extent_.begin() + static_cast<std::ptrdiff_t>(n_leading);
  const std::uint64_t row = std::accumulate(from, extent_.end(), std::uint64_t{1}, std::multiplies<>());
  for (std::uint64_t done = 0; done < n;) {
    const std::uint64_t at = first + done, some = std::min(n - done, run - at % run);
    std::vector<std::uint64_t> offset(extent_.size(), 0), count(extent_);
    if (n_leading == 2) {
      offset[0] = at / run;
      count[0] = 1;
    }
    offset[n_leading - 1] = at % run;
    count[n_leading - 1] = some;
    dataset_.read(offset, count, values.subspan(done * row, some * row));
    done += some;
  }
}

} // namespace blockspin::tables
