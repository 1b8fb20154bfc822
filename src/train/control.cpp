#include "blockspin/train/control.hpp"

#include <algorithm>
#include <vector>

#include "blockspin/base/packed.hpp"

namespace blockspin::train {

namespace {

/// Fisher & Yates: every order equally likely.
void shuffle(std::vector<float>& spins, const rng::Generator& random, std::uint64_t sequence) {
  for (std::size_t i = spins.size(); i > 1; --i) std::swap(spins[i - 1], spins[random.below(sequence, i, i)]);
}

void draw_independent(std::vector<float>& spins, const rng::Generator& random, std::uint64_t sequence) {
  const auto n_up = static_cast<std::uint64_t>(std::ranges::count(spins, 1.0F));
  for (std::size_t i = 0; i < spins.size(); ++i)
    spins[i] = random.below(sequence, i, spins.size()) < n_up ? 1.0F : -1.0F;
}

} // namespace

void apply_control(Control control, const rng::Generator& random, const ConfigurationId& id,
                   std::size_t n_sites, std::span<std::uint8_t> packed) {
  if (control == Control::none) return;
  const std::uint64_t sequence = id.temperature << 32 | id.number;
  std::vector<float> spins(n_sites);
  unpack(packed, spins, -1.0F, 1.0F);
  if (control == Control::shuffled_sites)
    shuffle(spins, random, sequence);
  else
    draw_independent(spins, random, sequence);
  pack(spins, packed);
}

} // namespace blockspin::train
