#pragma once
// The Migdal-Kadanoff recursion: bonds are moved together, then spins between them are summed.
//
// On a hypercubic lattice of d dimensions b^(d-1) bonds are moved onto one, K~ = b^(d-1) K, and chains of b
// of these are summed over their inner spins: tanh K' = tanh^b K~ (A. A. Migdal, Sov. Phys. JETP 42, 743,
// 1976; L. P. Kadanoff, Ann. Phys. 100, 359, 1976). It is exact on hierarchical lattices, and an
// approximation here: in two dimensions, b = 2, y_t = .747 and y_h = 1.879 for 1 and 15/8.

#include <vector>

namespace blockspin::rg {

/// Block side b and dimension d; b >= 2, d >= 1.
struct MigdalKadanoff {
  unsigned factor = 2;
  unsigned n_dimensions = 2;
};

/// K' of any real K, without overflow. An odd function of K for odd b, an even one for even b.
double recursion(const MigdalKadanoff& map, double coupling);

/// dK'/dK.
double recursion_slope(const MigdalKadanoff& map, double coupling);

/// The unstable fixed point K* > 0 and the exponents there: y_t = ln(dK'/dK)/ln b, y_h = ln(dh'/dh)/ln b. A
/// site's field is shared by its 2d bonds and moved with them; inner spins of a chain pass theirs to its ends.
struct FixedPoint {
  double coupling = 0;
  double thermal_exponent = 0;
  double field_exponent = 0;
};

/// To rounding. Throws ErrorKind::numerical in one dimension, where there is none. Local.
FixedPoint fixed_point(const MigdalKadanoff& map);

/// K, K', K'', ...: n_steps applications. Local.
std::vector<double> flow(const MigdalKadanoff& map, double coupling, unsigned n_steps);

} // namespace blockspin::rg
