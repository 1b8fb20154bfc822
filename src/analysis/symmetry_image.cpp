#include "blockspin/analysis/symmetry_image.hpp"

namespace blockspin::analysis {

void SymmetryImages::apply(std::uint64_t round, std::uint64_t item, std::span<const float> spins,
                           std::span<float> image) const {
  const std::uint64_t first = 4 * item; // three axes and the flip
  lattice::Coordinates shift{};
  for (int axis = 0; axis < geometry_.n_dimensions(); ++axis)
    shift[static_cast<std::size_t>(axis)] =
        generator_.below(round, first + static_cast<std::uint64_t>(axis), geometry_.extent(axis));
  const float sign = flip_ && generator_.below(round, first + 3, 2) == 1 ? -1.0F : 1.0F;
  for (std::uint64_t s = 0; s < geometry_.n_sites(); ++s) {
    lattice::Coordinates from = geometry_.coordinates(s);
    for (int axis = 0; axis < geometry_.n_dimensions(); ++axis) {
      auto& x = from[static_cast<std::size_t>(axis)];
      x = (x + shift[static_cast<std::size_t>(axis)]) % geometry_.extent(axis);
    }
    image[s] = sign * spins[geometry_.site(from)];
  }
}

} // namespace blockspin::analysis
