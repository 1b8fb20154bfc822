#include "scatter.hpp"

#include <algorithm>

#include "blockspin/stats/hypothesis.hpp"

namespace blockspin::stats {

double variance_from_chains(View<const double, 2> deviation) {
  const std::size_t n_chains = deviation.extent(0);
  double squares = 0;
  for (std::size_t chain = 0; chain < n_chains; ++chain) {
    double sum = 0;
    for (const double value : deviation.row(chain)) sum += value;
    const double mean = sum / static_cast<double>(deviation.extent(1));
    squares += mean * mean;
  }
  return squares / static_cast<double>(n_chains * (n_chains - 1));
}

double size_of_event(View<const double, 2> deviation, std::size_t block) {
  const std::size_t length = deviation.extent(1), n_blocks = std::max<std::size_t>(length / block, 1);
  double squares = 0, cubes = 0;
  for (std::size_t chain = 0; chain < deviation.extent(0); ++chain) {
    const auto row = deviation.row(chain);
    for (std::size_t b = 0; b < n_blocks; ++b) {
      const std::size_t end = b + 1 < n_blocks ? (b + 1) * block : length; // the last takes what is left
      double sum = 0;
      for (std::size_t i = b * block; i < end; ++i) sum += row[i];
      squares += sum * sum;
      cubes += sum * sum * sum;
    }
  }
  return squares > 0 ? std::abs(cubes) / squares : 0;
}

double chance_of_scatter(double scatter, double expected, double event, std::size_t n_chains) {
  const double share = event * event / expected; // of one event among all
  const double degrees = 2 / (2 / static_cast<double>(n_chains - 1) + share);
  return chi_square_tail(degrees * scatter / (expected * (1 + share)), degrees);
}

} // namespace blockspin::stats
