#include "blockspin/lattice/geometry.hpp"

#include "blockspin/base/error.hpp"

namespace blockspin::lattice {

Geometry::Geometry(std::vector<std::uint64_t> extents) : extents_(std::move(extents)) {
  const auto reject = [](const std::string& message) { throw Error(ErrorKind::setting, message); };
  if (extents_.empty() || extents_.size() > max_dimensions) reject("a lattice has 1 to 3 extents");
  for (const std::uint64_t extent : extents_) {
    if (extent < 3) reject("extent " + std::to_string(extent) + " is below 3: neighbours would coincide");
    if (extent > (std::uint64_t{1} << 40) / n_sites_) reject("a lattice has fewer than 2^40 sites");
    n_sites_ *= extent;
    if (extent % 2 != 0) n_colours_ = 3;
  }
}

Coordinates Geometry::coordinates(std::uint64_t site) const {
  Coordinates place{};
  for (std::size_t axis = extents_.size(); axis-- > 0; site /= extents_[axis])
    place[axis] = site % extents_[axis];
  return place;
}

std::uint64_t Geometry::site(const Coordinates& coordinates) const {
  std::uint64_t number = 0;
  for (std::size_t axis = 0; axis < extents_.size(); ++axis)
    number = number * extents_[axis] + coordinates[axis];
  return number;
}

std::uint64_t Geometry::neighbour(std::uint64_t from, int axis, bool forward) const {
  Coordinates place = coordinates(from);
  const std::uint64_t n = extent(axis);
  auto& x = place[static_cast<std::size_t>(axis)];
  x = forward ? (x + 1 == n ? 0 : x + 1) : (x == 0 ? n - 1 : x - 1);
  return site(place);
}

int Geometry::colour(std::uint64_t site) const {
  const Coordinates place = coordinates(site);
  int sum = 0;
  for (std::size_t axis = 0; axis < extents_.size(); ++axis) {
    const std::uint64_t n = extents_[axis], x = place[axis];
    sum += n % 2 != 0 && x + 1 == n ? 2 : static_cast<int>(x % 2);
  }
  return sum % n_colours_;
}

std::string Geometry::name() const {
  std::string text;
  for (const std::uint64_t extent : extents_) text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text;
}

} // namespace blockspin::lattice
