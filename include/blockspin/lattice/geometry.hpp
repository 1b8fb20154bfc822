#pragma once
// Periodic lattices of one to three dimensions: sites, neighbours, bonds, colours.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace blockspin::lattice {

inline constexpr int max_dimensions = 3;

/// Place of a site along each axis; axes beyond the lattice's dimension are 0.
using Coordinates = std::array<std::uint64_t, max_dimensions>;

/// A periodic hypercubic lattice. Sites are numbered row-major: the last axis runs fastest. A site has
/// 2 d neighbours and, as every extent is at least 3, they are distinct; site s owns the d bonds to
/// its forward neighbours. Local.
class Geometry {
public:
  /// Throws ErrorKind::setting unless there are 1 to 3 extents, each >= 3, with fewer than 2^40 sites in all.
  explicit Geometry(std::vector<std::uint64_t> extents);

  int n_dimensions() const { return static_cast<int>(extents_.size()); }
  const std::vector<std::uint64_t>& extents() const { return extents_; }
  std::uint64_t extent(int axis) const { return extents_[static_cast<std::size_t>(axis)]; }
  std::uint64_t n_sites() const { return n_sites_; }
  std::uint64_t n_bonds() const { return n_sites_ * extents_.size(); }
  int n_neighbours() const { return 2 * n_dimensions(); }
  /// Number of sites along the last axis, a row, and of rows.
  std::uint64_t row_length() const { return extents_.back(); }
  std::uint64_t n_rows() const { return n_sites_ / extents_.back(); }

  Coordinates coordinates(std::uint64_t site) const;
  std::uint64_t site(const Coordinates& coordinates) const;
  /// The site one step forward (or back) along an axis.
  std::uint64_t neighbour(std::uint64_t site, int axis, bool forward) const;

  /// Number of colours of colour(): 2 where every extent is even, else 3.
  int n_colours() const { return n_colours_; }
  /// A proper colouring: neighbours never share a colour, so all sites of one colour may be updated at once.
  /// Along an axis the colours run 0 1 0 1 ..., with a 2 at the end of an odd axis; a site's colour is their
  /// sum modulo n_colours(), which differs between neighbours because only one term does.
  int colour(std::uint64_t site) const;

  /// "32x32".
  std::string name() const;
  bool operator==(const Geometry&) const = default;

private:
  std::vector<std::uint64_t> extents_;
  std::uint64_t n_sites_ = 1;
  int n_colours_ = 2;
};

} // namespace blockspin::lattice
