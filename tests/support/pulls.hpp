#pragma once
// Sums of squared pulls: whether chance alone gives them.

#include "blockspin/stats/hypothesis.hpp"

/// Whether n squared pulls of right values with right errors may add up to `sum`: by chance they do not with 1e-7.
inline bool plausible_pulls(double sum, double n) {
  const double above = blockspin::stats::chi_square_tail(sum, n);
  return above > 5e-8 && above < 1 - 5e-8;
}
