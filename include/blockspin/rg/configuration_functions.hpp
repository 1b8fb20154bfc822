#pragma once
// Functions of configurations, some even under the turn of all spins and some odd.

#include <cstdint>

#include "blockspin/base/array.hpp"

namespace blockspin::rg {

/// Values of functions on the grid of rg::function_grid.
struct FunctionValues {
  Array<std::int64_t, 2> even, odd; ///< [configuration, function]
};

class ConfigurationFunctions {
public:
  virtual ~ConfigurationFunctions() = default;
  virtual std::size_t n_even() const = 0;
  virtual std::size_t n_odd() const = 0;
  /// Of configurations first, first + 1, ...: spins [configuration, site], +-1. What is found of one does not depend
  /// on the others. Local.
  virtual FunctionValues measure(View<const float, 2> spins, std::uint64_t first) const = 0;
};

} // namespace blockspin::rg
