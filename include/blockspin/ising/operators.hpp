#pragma once
// Products of a few spins, summed over a lattice and all its symmetries: the operators of the Monte Carlo
// renormalization group.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "blockspin/ising/row_bits.hpp"

namespace blockspin::ising {

/// Steps from one site to another along each axis; 0 beyond the lattice's dimension.
using Offset = std::array<std::int64_t, 3>;

/// One shape of a product: the spins at these offsets from any site. The operator is S = the sum over all
/// translations, rotations and reflections of the shape, each product of spins counted once.
struct Operator {
  std::string name;
  std::vector<Offset> sites;

  bool is_even() const { return sites.size() % 2 == 0; }
};

/// The lists everybody uses, in their order: nearest neighbours, diagonal neighbours, plaquette, other pairs,
/// other products of four. Two dimensions: the 13 even and 5 odd operators of Wu & Car, Phys. Rev. Lett. 119,
/// 220602 (2017): pairs at (1,0) (1,1) (2,0) (2,1) (2,2) (3,0) (3,1), and (0,0) with (1,0)(0,1)(1,1);
/// (1,1)(2,0)(1,-1); (-1,0)(1,0)(0,1); (-1,0)(1,0)(-1,1); (0,1)(1,0)(-1,1); (0,1)(1,0)(-1,-1); odd: the spin,
/// and (0,0) with (0,-1)(-1,0); (-1,0)(1,0); (1,-1)(-1,0); (1,-1)(-1,-1).
const std::vector<Operator>& even_operators(int n_dimensions);
const std::vector<Operator>& odd_operators(int n_dimensions);

/// Products of one shape that translations turn into one another.
struct ProductClass {
  std::vector<Offset> sites; ///< of one of them; 0 <= offset < extent, and as small as translations allow
  std::uint64_t copies = 1;  ///< translations that leave it as it is: a sum over all translations counts each
                             ///< product so often
};

/// The different products an operator has on this lattice. A spin that stands twice in a product leaves it
/// (s^2 = 1), and a product with no spin left is a constant and no product; so there may be none. Local.
std::vector<ProductClass> product_classes(const Operator& op, const RowLattice& lattice);

/// Number of products in the operator's sum. Local.
std::uint64_t n_products(const Operator& op, const RowLattice& lattice);

/// How many places of the shape and its images, at any site, fall on one product of the sum: 1, and more where
/// the lattice is so short that its neighbours meet around it, as two bonds join each two neighbours of 2x2
/// spins. Their mean where products differ, as on 2x4; 1 of an operator without products. Local.
double places_per_product(const Operator& op, const RowLattice& lattice);

/// Whether the products of the sum stand at unlike numbers of places, as on 2x4, where two bonds join neighbours along
/// one axis and one bond along the other. Then no coupling of the operator is one of places. Local.
bool places_differ(const Operator& op, const RowLattice& lattice);

/// Which of the operators the lattice tells apart: [operator], false where its sum is a constant or a linear
/// combination of the sums before it, as (3,0) is (1,0) on four sites a side. The sums of the others are
/// linearly independent. Exact. Local.
std::vector<bool> independent_operators(std::span<const Operator> operators, const RowLattice& lattice);

} // namespace blockspin::ising
