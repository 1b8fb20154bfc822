#pragma once
// How exactly weights enter products with units.

namespace blockspin::rbm {

/// Weights as they are; as the sum of two bfloat16 numbers (16 bits of mantissa); or as one (8 bits). Units
/// are exact in either, products are added in float32, and the parameters that training changes stay float32.
enum class Precision { float32, bfloat16_two_terms, bfloat16 };

} // namespace blockspin::rbm
