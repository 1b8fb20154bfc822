#pragma once
// Greedy training of a stack: what the next machine up sees of the data.

#include "blockspin/rbm/machine.hpp"
#include "blockspin/rng/generator.hpp"
#include "blockspin/train/data.hpp"

namespace blockspin::train {

/// The next machine's data: hidden probabilities (means, on the grid 2^-15) of the
/// machine below, or samples of them.
enum class StackInput { probabilities, samples };

/// Hidden layers of this rank's rows, one row each. Row r draws uniform numbers by its global
/// number, so the result does not depend on the division over ranks. Local; `first_row` is the
/// global number of the part's first row.
DataPart hidden_data(const DataPart& data, std::uint64_t first_row, const rbm::Machine& machine,
                     StackInput input, const rng::Generator& draws);

} // namespace blockspin::train
