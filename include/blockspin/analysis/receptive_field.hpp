#pragma once
// Where on the lattice a hidden unit looks: fields of every layer of a stack, and how local they are.

#include <span>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/base/state.hpp"
#include "blockspin/lattice/geometry.hpp"
#include "blockspin/rbm/machine.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::analysis {

/// The fields of each layer, r_l = W_1 W_2 ... W_l: element l - 1 has shape [sites, hidden units of layer l].
/// The sums run in the order of the units, so the bits do not depend on who asks. Local, as is all of this;
/// what can take seconds passes `safe_point` on its way.
std::vector<Array<double, 2>> stack_fields(std::span<const rbm::Machine> stack,
                                           const SafePoint& safe_point = {});

/// Sums of one value a site over every periodic window of `window` sites a side, by its lowest corner. Local.
std::vector<double> window_sums(const lattice::Geometry& geometry, std::vector<double> values,
                                std::uint64_t window);

/// How local the fields of one layer are. A unit whose field is zero everywhere (L1 can do that) has NaN.
struct FieldShapes {
  std::vector<double> window_fraction; ///< share of r^2 in the best periodic window, [hidden]
  Array<double, 2> centre;    ///< centre of r^2 within that window, in lattice units, [hidden, dimension]
  std::vector<double> radius; ///< root mean square distance from the centre with weight r^2, [hidden]
  std::vector<double> orientation; ///< sum r / sum |r|: +-1 where a field has one sign, [hidden]
  std::vector<double> spacing;     ///< distance from the centre to the nearest other, [hidden]
  std::vector<double> coverage; ///< sum over units of r^2 / sum r^2, per site; mean hidden / sites, [sites]
};

/// Measures fields [sites, hidden] with windows of `window` sites a side (at most
/// the smallest extent). Local.
FieldShapes measure_fields(const lattice::Geometry& geometry, View<const double, 2> fields,
                           std::uint64_t window, const SafePoint& safe_point = {});

/// Control: every field with its values moved to random sites, each unit by a permutation of its own.
Array<double, 2> shuffled_fields(View<const double, 2> fields, const rng::Generator& generator,
                                 std::uint64_t sequence, const SafePoint& safe_point = {});
/// Control: a stack of the same shape with normal weights of variance 1, as before training (a common factor
/// changes no measure of locality).
std::vector<rbm::Machine> untrained_stack(std::span<const rbm::Machine> stack,
                                          const rng::Generator& generator);
/// Control: the mean nearest-neighbour distance of n random points of the lattice, over `repeats` drawings:
/// its mean and how much it differs from one drawing to the next. NaN for fewer than two points.
struct RandomSpacing {
  double mean = 0;
  double std = 0;
};
RandomSpacing random_spacing(const lattice::Geometry& geometry, std::size_t n, std::size_t repeats,
                             const rng::Generator& generator, std::uint64_t sequence,
                             const SafePoint& safe_point = {});

} // namespace blockspin::analysis
