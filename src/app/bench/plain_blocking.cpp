#include "plain_blocking.hpp"

#include <algorithm>

namespace blockspin::app {

PlainBlocking::PlainBlocking(std::uint64_t side, unsigned n_levels,
                             std::span<const ising::Operator> operators) {
  for (unsigned n = 0; n <= n_levels; ++n, side /= 2) {
    Level level{side, {}, std::vector<std::int8_t>(side * side)};
    const ising::RowLattice lattice({side, side});
    for (const ising::Operator& op : operators) {
      level.operators.emplace_back();
      for (const ising::ProductClass& one : ising::product_classes(op, lattice)) {
        Product product;
        for (const ising::Offset& site : one.sites) {
          product.down.push_back(static_cast<std::uint32_t>(site[0]));
          product.right.push_back(static_cast<std::uint32_t>(site[1]));
        }
        level.operators.back().push_back(std::move(product));
      }
    }
    levels_.push_back(std::move(level));
  }
}

std::int64_t PlainBlocking::sum(const Level& level, const Product& product) {
  const std::uint64_t side = level.side;
  std::int64_t total = 0;
  for (std::uint64_t y = 0; y < side; ++y)
    for (std::uint64_t x = 0; x < side; ++x) {
      int value = 1;
      for (std::size_t i = 0; i < product.down.size(); ++i) {
        std::uint64_t row = y + product.down[i], column = x + product.right[i];
        if (row >= side) row -= side;
        if (column >= side) column -= side;
        value *= level.spins[row * side + column];
      }
      total += value;
    }
  return total;
}

void PlainBlocking::block(const Level& fine, Level& coarse) {
  for (std::uint64_t y = 0; y < coarse.side; ++y)
    for (std::uint64_t x = 0; x < coarse.side; ++x) {
      const std::int8_t* corner = &fine.spins[2 * y * fine.side + 2 * x];
      const int total = corner[0] + corner[1] + corner[fine.side] + corner[fine.side + 1];
      const bool is_up = total > 0 || (total == 0 && random_() >> 63);
      coarse.spins[y * coarse.side + x] = is_up ? 1 : -1;
    }
}

std::int64_t PlainBlocking::measure(std::span<const std::int8_t> spins) {
  std::copy(spins.begin(), spins.end(), levels_.front().spins.begin());
  for (std::size_t n = 1; n < levels_.size(); ++n) block(levels_[n - 1], levels_[n]);
  std::int64_t total = 0;
  for (const Level& level : levels_)
    for (const auto& products : level.operators)
      for (const Product& product : products) total += sum(level, product);
  return total;
}

} // namespace blockspin::app
