#pragma once
// What is recorded of each epoch of a training.

namespace blockspin::train {

struct EpochRecord {
  double reconstruction_error =
      0;                    ///< mean squared difference a unit between data and its first reconstruction
  double gradient_norm = 0; ///< root of the sum of squares of the last batch's weight gradient
  double weight_norm = 0;   ///< root of the sum of squares of the weights
  double learning_rate = 0;
};

} // namespace blockspin::train
