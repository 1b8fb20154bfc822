#pragma once
// Row-major arrays: an owning Array and a View that borrows. Rank is fixed at compile time.

#include <array>
#include <cstddef>
#include <functional>
#include <numeric>
#include <span>
#include <type_traits>
#include <vector>

namespace blockspin {

template <std::size_t Rank>
using Shape = std::array<std::size_t, Rank>;

template <std::size_t Rank>
constexpr std::size_t n_elements(const Shape<Rank>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

/// A borrowed row-major array: pointer and shape. Copying a view copies no
/// elements. The owner must outlive it.
template <class T, std::size_t Rank>
class View {
public:
  View() = default;
  View(T* data, const Shape<Rank>& shape) : data_(data), shape_(shape) {}
  /// A view of T is a view of const T.
  template <class U>
  requires(std::is_same_v<T, const U>) View(const View<U, Rank>& other)
      : data_(other.data()), shape_(other.shape()) {}

  T* data() const { return data_; }
  const Shape<Rank>& shape() const { return shape_; }
  std::size_t extent(std::size_t axis) const { return shape_[axis]; }
  std::size_t size() const { return n_elements(shape_); }
  std::span<T> flat() const { return {data_, size()}; }

  template <class... Index>
  requires(sizeof...(Index) == Rank) T& operator()(Index... index) const {
    std::size_t offset = 0, axis = 0;
    ((offset = offset * shape_[axis++] + static_cast<std::size_t>(index)), ...);
    return data_[offset];
  }

  /// Row `i` of the first axis: a span for rank 2, a lower-rank view above.
  auto row(std::size_t i) const requires(Rank >= 2) {
    Shape<Rank - 1> rest{};
    for (std::size_t axis = 1; axis < Rank; ++axis) rest[axis - 1] = shape_[axis];
    const std::size_t stride = n_elements(rest);
    if constexpr (Rank == 2)
      return std::span<T>(data_ + i * stride, stride);
    else
      return View<T, Rank - 1>(data_ + i * stride, rest);
  }

private:
  T* data_ = nullptr;
  Shape<Rank> shape_{};
};

/// An owning row-major array, zero-initialised.
template <class T, std::size_t Rank>
class Array {
public:
  Array() = default;
  explicit Array(const Shape<Rank>& shape) : values_(n_elements(shape)), shape_(shape) {}

  View<T, Rank> view() { return {values_.data(), shape_}; }
  View<const T, Rank> view() const { return {values_.data(), shape_}; }
  operator View<T, Rank>() { return view(); }
  operator View<const T, Rank>() const { return view(); }

  T* data() { return values_.data(); }
  const T* data() const { return values_.data(); }
  const Shape<Rank>& shape() const { return shape_; }
  std::size_t extent(std::size_t axis) const { return shape_[axis]; }
  std::size_t size() const { return values_.size(); }
  std::span<T> flat() { return values_; }
  std::span<const T> flat() const { return values_; }

  template <class... Index>
  T& operator()(Index... index) {
    return view()(index...);
  }
  template <class... Index>
  const T& operator()(Index... index) const {
    return view()(index...);
  }
  auto row(std::size_t i) { return view().row(i); }
  auto row(std::size_t i) const { return view().row(i); }

  bool operator==(const Array&) const = default;

private:
  std::vector<T> values_;
  Shape<Rank> shape_{};
};

} // namespace blockspin
