#include "unseen.hpp"

#include <algorithm>
#include <cmath>

namespace blockspin::ising {
namespace {

/// What one sample more of another kind would change, times the number of samples.
double change(const Linearised& observable, Observable o, const Sample& from, const Sample& to) {
  return std::abs(observable.linear(o, to) - observable.linear(o, from));
}

/// The excitation of least energy; of those the one that changes a sample most. On a ring that is half of it turned, as a
/// domain costs the same whatever its length; else one spin.
Sample least_excitation(const Linearised& observable, const Sample& s) {
  const Ensemble& about = observable.about();
  const bool is_ring = about.n_neighbours == 2;
  const auto n_turned = static_cast<std::int64_t>(is_ring ? about.n_sites / 2 : 1);
  return {s.energy + 2 * about.n_neighbours,
          s.magnetization > 0 ? s.magnetization - 2 * n_turned : s.magnetization + 2 * n_turned};
}

/// The root of expected events, at most 1, times their size.
double turned_over(const Linearised& observable, Observable o, const Sample& s, double n) {
  const Ensemble& about = observable.about();
  const double m = static_cast<double>(observable.of_all().abs);
  const double expected = n / (1 + std::exp(2 * std::abs(about.field) * m / about.temperature));
  return std::sqrt(std::min(1.0, expected)) * change(observable, o, s, {s.energy, -s.magnetization});
}

} // namespace

void count_unseen(const Linearised& observable, Observable o, const Sample& seen, std::uint64_t n_samples,
                  stats::MeanEstimate& estimate) {
  const double n = static_cast<double>(n_samples), t = observable.about().temperature;
  const bool nothing_varied = std::isnan(estimate.error) && n_samples > 1;
  if (t == 0 && nothing_varied) estimate.error = 0; // a ground state, drawn exactly
  if (t == 0 || std::isinf(t)) return;
  const double turned = turned_over(observable, o, seen, n) / n;
  if (nothing_varied) {
    constexpr double most_unseen = 3; // exp(-3) = 5 %
    estimate.one_event = change(observable, o, seen, least_excitation(observable, seen)) / n;
    estimate.error = std::max(most_unseen * estimate.one_event, turned);
    estimate.is_bound = true;
  } else if (turned > estimate.one_event) {
    const double seen_share = estimate.error * estimate.error - estimate.one_event * estimate.one_event;
    estimate.error = std::sqrt(std::max(seen_share, 0.0) + turned * turned);
    estimate.one_event = turned;
  }
}

} // namespace blockspin::ising
