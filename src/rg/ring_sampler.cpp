#include "blockspin/rg/ring_sampler.hpp"

#include <cmath>

#include "blockspin/base/error.hpp"

namespace blockspin::rg {

RingSampler::RingSampler(double coupling, std::uint64_t n_spins, const rng::Generator& generator)
    : tanh_(std::tanh(coupling)), wall_weight_(1 / (1 + std::exp(2 * coupling))), n_spins_(n_spins),
      generator_(generator) {
  require(n_spins >= 2 && coupling >= 0, "a ring to sample has two spins or more, and K >= 0");
}

double RingSampler::wall_probability(bool odd, std::uint64_t bonds_left) const {
  // With m bonds left, even and odd numbers of walls weigh (1 +- t^m) / 2 in units of (2cosh K)^m.
  const double m = static_cast<double>(bonds_left);
  const double closing = std::pow(tanh_, m - 1);
  const double after = odd ? 1 + closing : 1 - closing;
  const double now = odd ? 1 - closing * tanh_ : 1 + closing * tanh_;
  return wall_weight_ * after / now;
}

void RingSampler::draw(std::uint64_t number, std::span<std::int8_t> spins) const {
  require(spins.size() == n_spins_, "a ring configuration has one value a spin");
  int spin = generator_.uniform(number, 0) < 0.5 ? -1 : 1;
  bool odd = false; // parity of the walls that must still come
  for (std::uint64_t i = 0; i < n_spins_; ++i) {
    spins[i] = static_cast<std::int8_t>(spin);
    if (i + 1 == n_spins_) return;
    if (generator_.uniform(number, i + 1) < wall_probability(odd, n_spins_ - i)) {
      spin = -spin;
      odd = !odd;
    }
  }
}

} // namespace blockspin::rg
