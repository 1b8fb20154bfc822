#pragma once
// A rank's part of a global array, as files and checkpoints see it, and the element types they store.

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace blockspin {

/// The element types of datasets and saved states.
enum class ElementType { u8, i32, u32, i64, u64, f32, f64 };

template <class T>
constexpr ElementType element_type() {
  using V = std::remove_cv_t<T>;
  if constexpr (std::is_same_v<V, std::uint8_t> || std::is_same_v<V, std::byte>)
    return ElementType::u8;
  else if constexpr (std::is_same_v<V, std::int32_t>)
    return ElementType::i32;
  else if constexpr (std::is_same_v<V, std::uint32_t>)
    return ElementType::u32;
  else if constexpr (std::is_same_v<V, float>)
    return ElementType::f32;
  else if constexpr (std::is_same_v<V, double>)
    return ElementType::f64;
  else {
    static_assert(std::is_integral_v<V> && sizeof(V) == 8, "no dataset stores this type");
    return std::is_signed_v<V> ? ElementType::i64 : ElementType::u64;
  }
}

std::size_t element_bytes(ElementType type);

/// A rectangular part of a global array: per axis the global extent, this rank's first index and its count. A
/// rank with nothing has counts of zero. The parts of all ranks are disjoint.
struct Slab {
  std::vector<std::uint64_t> extent;
  std::vector<std::uint64_t> offset;
  std::vector<std::uint64_t> count;

  /// The whole array on one rank.
  static Slab whole(std::vector<std::uint64_t> extent);
  /// Nothing of the array.
  static Slab none(std::vector<std::uint64_t> extent);
  /// Rows [first, first + n) of the first axis.
  static Slab rows(std::vector<std::uint64_t> extent, std::uint64_t first, std::uint64_t n);

  std::uint64_t n_local() const;
  std::uint64_t n_global() const;
};

} // namespace blockspin
