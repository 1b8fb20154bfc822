#include "blockspin/ising/flip_rule.hpp"

#include "addresses.hpp"
#include "blockspin/base/error.hpp"
#include "decision.hpp"

namespace blockspin::ising {

FlipRule::FlipRule(ClassScheme scheme, std::span<const FlipTable> tables)
    : scheme_(scheme), planes_(std::make_unique<FlipPlanes>()) {
  require(tables.size() == 8, "a lane rule has one table for each of its eight words");
  fill_planes(tables, *planes_);
}
FlipRule::~FlipRule() = default;
FlipRule::FlipRule(FlipRule&&) noexcept = default;
FlipRule& FlipRule::operator=(FlipRule&&) noexcept = default;

FlipRule::FlipRule(LocalUpdate update, double temperature, double field, int n_neighbours)
    : FlipRule(class_scheme(update, field, n_neighbours),
               std::vector<FlipTable>(8, flip_table(update, temperature, field, n_neighbours))) {}

} // namespace blockspin::ising
