#include "blockspin/rg/block_kernel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "blockspin/base/error.hpp"
#include "blockspin/rg/couplings.hpp"

namespace blockspin::rg {
namespace {

constexpr double never = -std::numeric_limits<double>::infinity();

/// A kernel from t(h, state), h = -1 or +1.
template <class Value>
BlockKernel tabulated(unsigned side, Value&& value) {
  require(side == 2 || side == 3, "blocks are 2x2 or 3x3");
  BlockKernel kernel{side, {}};
  for (const int h : {-1, 1})
    for (std::uint64_t state = 0; state < std::uint64_t{1} << side * side; ++state)
      kernel.values.push_back(value(h, state));
  return kernel;
}

} // namespace

double BlockKernel::ln_trace(std::uint64_t state) const {
  return ln_sum_exp(std::array{value(false, state), value(true, state)});
}

BlockKernel kadanoff_kernel(unsigned side, std::span<const double> lambda, bool normalised) {
  require(lambda.size() == side * side, "a Kadanoff kernel has one lambda for each site of the block");
  return tabulated(side, [&](int h, std::uint64_t state) {
    double field = 0;
    for (unsigned i = 0; i < side * side; ++i) field += lambda[i] * spin_of(state, i);
    return h * field - (normalised ? ln_2cosh(field) : 0.0);
  });
}

BlockKernel majority_kernel(unsigned side) {
  return tabulated(side, [side](int h, std::uint64_t state) {
    int sum = 0;
    for (unsigned i = 0; i < side * side; ++i) sum += spin_of(state, i);
    if (sum == 0) return -std::numbers::ln2;
    return h * sum > 0 ? 0.0 : never;
  });
}

BlockKernel decimation_kernel(unsigned side) {
  return tabulated(side, [](int h, std::uint64_t state) { return h == spin_of(state, 0) ? 0.0 : never; });
}

std::vector<unsigned> site_classes(unsigned side) {
  std::vector<unsigned> classes;
  for (unsigned row = 0; row < side; ++row)
    for (unsigned column = 0; column < side; ++column) {
      const auto inward = [side](unsigned x) { return std::min(x, side - 1 - x); };
      classes.push_back(inward(row) + inward(column));
    }
  return classes;
}

std::vector<double> lambda_of_sites(unsigned side, std::span<const double> lambda_of_classes) {
  std::vector<double> lambda;
  for (const unsigned c : site_classes(side)) lambda.push_back(lambda_of_classes[c]);
  return lambda;
}

} // namespace blockspin::rg
