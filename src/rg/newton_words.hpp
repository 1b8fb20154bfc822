#pragma once
// One step of Newton's method for the couplings, of 64 spins, in integers.

#include <array>
#include <cstddef>
#include <cstdint>

namespace blockspin::rg {

/// All of a list of 13 even and 5 odd operators, and two more (ensemble_slopes.hpp).
inline constexpr std::size_t most_operators = 20;
/// 1 / cosh^2 is a multiple of 1 / weight_unit; 1 - tanh of 1 / (weight_unit coupling_unit).
inline constexpr std::int32_t weight_unit = 1 << 18;

/// g_a and J_ab (b <= a) of coupling_sums.hpp, in these units.
struct NewtonWords {
  std::array<std::int64_t, most_operators> gradient{};
  std::array<std::array<std::int64_t, most_operators>, most_operators> information{};
};

/// x: [operator][64], |x| <= 63; point in coupling_unit. Spins whose bit in `present` is 0 do not count. Local.
void newton_words(const std::int16_t* x, std::size_t n_operators, const std::int32_t* point,
                  std::uint64_t present, NewtonWords& out);

} // namespace blockspin::rg
