#include "blockspin/ising/wolff.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "blockspin/base/error.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"

namespace blockspin::ising {
namespace {

/// Words of one sequence in order, 32 bits at a time.
class HalfWords {
public:
  HalfWords(const rng::Generator& generator, std::uint64_t sequence)
      : generator_(generator), sequence_(sequence) {}

  std::uint32_t next() {
    if (used_ == 2 * buffer_.size()) refill();
    const std::uint64_t word = buffer_[used_ / 2];
    return static_cast<std::uint32_t>(used_++ % 2 == 0 ? word : word >> 32);
  }
  std::uint64_t next_word() {
    const std::uint64_t low = next();
    return low | static_cast<std::uint64_t>(next()) << 32;
  }

private:
  void refill() {
    generator_.words(sequence_, n_drawn_, buffer_);
    n_drawn_ += buffer_.size();
    used_ = 0;
  }

  const rng::Generator& generator_;
  std::uint64_t sequence_;
  std::uint64_t n_drawn_ = 0;
  std::array<std::uint64_t, 128> buffer_{};
  std::size_t used_ = 2 * 128;
};

/// The lattice as the growing cluster sees it: sites row-major in padded rows, so that a
/// neighbour is an addition away.
struct PaddedLattice {
  explicit PaddedLattice(const RowBlock& block) : row_length(block.row_length()), n_rows(block.n_rows()) {
    padded = 64 * block.words_per_row();
    for (int axis = 0; axis < block.last_axis(); ++axis)
      axes[n_axes++] = {block.stride(axis) * padded, block.count[static_cast<std::size_t>(axis)]};
  }

  struct Axis {
    std::uint64_t step, extent;
  };
  std::uint64_t row_length, n_rows, padded = 0;
  std::array<Axis, lattice::max_dimensions> axes{};
  int n_axes = 0;
};

/// Calls ask(neighbour) for the 2 d neighbours of a padded site.
template <class Ask>
inline void for_neighbours(const PaddedLattice& l, std::uint64_t site, Ask&& ask) {
  const std::uint64_t x = site % l.padded;
  ask(x + 1 < l.row_length ? site + 1 : site + 1 - l.row_length);
  ask(x > 0 ? site - 1 : site + l.row_length - 1);
  for (int a = 0; a < l.n_axes; ++a) {
    const auto [step, extent] = l.axes[static_cast<std::size_t>(a)];
    const std::uint64_t place = site / step % extent;
    ask(place + 1 < extent ? site + step : site - (extent - 1) * step);
    ask(place > 0 ? site - step : site + (extent - 1) * step);
  }
}

double share_above(double susceptibility, double at_critical, double n_sites) {
  return std::clamp(susceptibility / n_sites, 1 / n_sites, at_critical);
}

} // namespace

Wolff::Wolff(const RowBlock& block) : block_(block) {
  if (block.is_divided())
    throw Error(ErrorKind::setting,
                "Wolff's update needs its lattice on one rank; Swendsen-Wang can be divided");
  if (64 * block.words_per_row() * block.n_rows() > std::numeric_limits<std::uint32_t>::max())
    throw Error(ErrorKind::setting, "Wolff's update needs fewer than 2^32 sites");
}

std::uint64_t Wolff::update(RowSpins& spins, double temperature, std::uint64_t n_clusters,
                            const ClusterStream& random) {
  const PaddedLattice lattice(block_);
  const auto threshold = static_cast<std::uint32_t>(bond_threshold(temperature) >> 32);
  std::uint64_t* const words = spins.words().data();
  HalfWords numbers(random.generator, random.growth());
  std::uint64_t n_turned = 0;
  for (std::uint64_t cluster = 0; cluster < n_clusters; ++cluster) {
    __extension__ using Wide = unsigned __int128;
    const auto pick = static_cast<std::uint64_t>(
        static_cast<Wide>(numbers.next_word()) * (lattice.n_rows * lattice.row_length) >> 64);
    const std::uint64_t seed = pick / lattice.row_length * lattice.padded + pick % lattice.row_length;
    const std::uint64_t spin = words[seed / 64] >> (seed % 64) & 1;
    words[seed / 64] ^= std::uint64_t{1} << (seed % 64);
    front_.assign(1, static_cast<std::uint32_t>(seed));
    while (!front_.empty()) {
      const std::uint64_t site = front_.back();
      front_.pop_back();
      ++n_turned;
      for_neighbours(lattice, site, [&](std::uint64_t other) {
        // A spin that has turned differs from the seed's, so no site is asked again once it belongs.
        if ((words[other / 64] >> (other % 64) & 1) != spin || numbers.next() >= threshold) return;
        words[other / 64] ^= std::uint64_t{1} << (other % 64);
        front_.push_back(static_cast<std::uint32_t>(other));
      });
    }
  }
  return n_turned;
}

double expected_cluster_share(const lattice::Geometry& geometry, double temperature) {
  const double n = static_cast<double>(geometry.n_sites());
  const double side = std::pow(n, 1.0 / geometry.n_dimensions());
  if (std::isinf(temperature)) return 1 / n;
  if (geometry.n_dimensions() == 1) {
    // Correlation tanh^r K on a ring: N m^2 = sum_r (t^r + t^(N - r)) / (1 + t^N).
    const double t = std::tanh(1 / temperature), around = std::pow(t, n);
    return t >= 1 ? 1 : std::clamp((1 + t) / (1 - t) * (1 - around) / (1 + around) / n, 1 / n, 1.0);
  }
  if (geometry.n_dimensions() == 2) {
    const double at_critical = std::min(1.0, 1.0928 * std::pow(side, -0.25)),
                 m = exact::spontaneous_magnetization(temperature);
    if (m > 0) return std::max(m * m, at_critical);
    return share_above(0.9626 * std::pow(1 - exact::critical_temperature / temperature, -1.75), at_critical,
                       n);
  }
  constexpr double critical = exact::cubic_critical_temperature;
  const double at_critical = std::min(1.0, 1.56 * std::pow(side, -1.0363)), t = 1 - temperature / critical;
  if (t > 0)
    return std::clamp(
        std::pow(std::pow(t, 0.32694) * (1.6919 - 0.34357 * std::pow(t, 0.50842) - 0.42572 * t), 2),
        at_critical, 1.0);
  return share_above(1.11 * std::pow(1 - critical / temperature, -1.237), at_critical, n);
}

std::uint64_t clusters_in_sweep(double share, std::uint64_t sweep) {
  const double per_sweep = std::max(1.0, 1 / share), begun = static_cast<double>(sweep);
  return static_cast<std::uint64_t>(std::floor((begun + 1) * per_sweep) - std::floor(begun * per_sweep));
}

} // namespace blockspin::ising
