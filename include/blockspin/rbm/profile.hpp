#pragma once
// What training spends its time on, as events that `--petsc -log_view` prints.

#include "blockspin/petsc/event.hpp"

namespace blockspin::rbm {

enum class Work : std::size_t {
  data,     ///< shuffling, unpacking, comparing with reconstructions
  products, ///< fields of units: weights times units
  units,    ///< from fields to units: sigmoid, random numbers, sampling
  gradient, ///< sums over the batch
  ranks,    ///< adding up the ranks' gradients
  update,   ///< new parameters, their check, the copies the products read
};

petsc::Events& events();

/// Times a scope.
class Timed : petsc::Timed {
public:
  explicit Timed(Work work) : petsc::Timed(events(), static_cast<std::size_t>(work)) {}
};

} // namespace blockspin::rbm
