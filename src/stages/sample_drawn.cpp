#include "sample_drawn.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/base/packed.hpp"
#include "blockspin/rng/generator.hpp"
#include "reading.hpp"

namespace blockspin::stages {

namespace {

/// Sequences of the stream of starting states that independent spins use; chains start from those below 2^24.
constexpr std::uint64_t first_sequence = std::uint64_t{1} << 32;

void fill_ground_state(const DrawSetup& setup, std::uint64_t index, std::span<std::uint8_t> packed) {
  const rng::Generator generator(setup.seed, rng::StreamId::sample_ground_state, setup.instance);
  const bool up = setup.field > 0.0 || (setup.field == 0.0 && (generator.word(0, index) & 1) != 0);
  std::fill(packed.begin(), packed.end(), static_cast<std::uint8_t>(up ? 0xFF : 0));
}

void fill_independent(const DrawSetup& setup, std::uint64_t index, std::span<std::uint8_t> packed) {
  const rng::Generator generator(setup.seed, rng::StreamId::sample_initial, setup.instance);
  std::vector<std::uint64_t> words((packed.size() + 7) / 8);
  generator.words(first_sequence + index, 0, words);
  for (std::size_t byte = 0; byte < packed.size(); ++byte)
    packed[byte] = static_cast<std::uint8_t>(words[byte / 8] >> (8 * (byte % 8)));
}

} // namespace

bool is_simulated(double temperature) { return temperature > 0.0 && std::isfinite(temperature); }

replica::KeptRows draw(const DrawSetup& setup, double temperature, mpi::Range range) {
  const std::uint64_t n_sites = setup.geometry.n_sites();
  const std::size_t n_bytes = packed_bytes(n_sites);
  replica::KeptRows rows{range, std::vector<std::uint8_t>(range.size() * n_bytes),
                         std::vector<replica::Reading>(range.size()),
                         std::vector<std::uint32_t>(range.size(), 0)};
  for (std::uint64_t i = 0; i < range.size(); ++i) {
    const auto packed = std::span(rows.packed).subspan(i * n_bytes, n_bytes);
    if (temperature == 0.0)
      fill_ground_state(setup, range.first + i, packed);
    else
      fill_independent(setup, range.first + i, packed);
    if (n_sites % 8 != 0)
      packed.back() = static_cast<std::uint8_t>(packed.back() & ((1U << (n_sites % 8)) - 1));
    rows.readings[i] = reading_of(setup.geometry, packed);
  }
  return rows;
}

replica::KeptRows collect_or_draw(const mpi::Communicator& comm, const DrawSetup& setup, double temperature,
                                  const replica::KeptConfigurations* kept, std::size_t simulated,
                                  mpi::Range some) {
  if (is_simulated(temperature)) return kept->collect(comm, simulated, some);
  return draw(setup, temperature, replica::part_of(some, comm.rank(), comm.size()));
}

} // namespace blockspin::stages
