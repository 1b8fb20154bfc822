#pragma once
// Whether a lattice tells apart the operators that a deck asks for.

#include <string>
#include <vector>

#include "blockspin/campaign/stage.hpp"

namespace blockspin::stages {

/// Complains at `even` and `odd` where the lists are shorter, or the lattice makes an operator a combination of
/// those before it. `before`: what else is allowed, such as "auto, or ". Local.
void check_operators(const std::vector<std::uint64_t>& extents, std::size_t n_even, std::size_t n_odd,
                     const std::string& before, const campaign::Complain& complain);

} // namespace blockspin::stages
