#include "blockspin/rbm/product.hpp"

#include <algorithm>

#include "blockspin/base/error.hpp"
#include "kernels.hpp"

namespace blockspin::rbm {

static_assert(panel_width == kernel_width);

std::span<const Kernels* const> runnable_kernels() {
  static const std::vector<const Kernels*> runnable = [] {
    std::vector<const Kernels*> all;
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    const bool bfloat16 = avx512 && __builtin_cpu_supports("avx512bf16");
    if (bfloat16 && amx::permitted()) all.push_back(&amx::table());
    if (bfloat16) all.push_back(&avx512_bf16::table);
    if (avx512) all.push_back(&avx512::table);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) all.push_back(&avx2::table);
    all.push_back(&plain::table);
    return all;
  }();
  return runnable;
}

namespace {

const Kernels*& chosen_kernels() {
  static const Kernels* chosen = runnable_kernels().front();
  return chosen;
}

} // namespace

const Kernels& kernels() { return *chosen_kernels(); }

void use_kernels(const Kernels& of_this_processor) { chosen_kernels() = &of_this_processor; }

const char* product_kernel() { return kernels().name; }

bool has_matrix_units() { return kernels().rounded_outer != nullptr; }

template <class T>
void Panels<T>::assign(View<const T, 2> matrix) {
  require(matrix.extent(0) == n_rows_ && matrix.extent(1) == n_columns_,
          "panels: the matrix has another shape");
  for (std::size_t row = 0; row < n_rows_; ++row)
    for (std::size_t column = 0; column < n_columns_; column += panel_width) {
      const T* from = matrix.data() + row * n_columns_ + column;
      std::copy(from, from + std::min(panel_width, n_columns_ - column),
                values_.data() + offset(row, column));
    }
}

template <class T>
void Panels<T>::copy_to(View<T, 2> matrix) const {
  require(matrix.extent(0) == n_rows_ && matrix.extent(1) == n_columns_,
          "panels: the matrix has another shape");
  for (std::size_t row = 0; row < n_rows_; ++row)
    for (std::size_t column = 0; column < n_columns_; column += panel_width) {
      const T* from = values_.data() + offset(row, column);
      std::copy(from, from + std::min(panel_width, n_columns_ - column),
                matrix.data() + row * n_columns_ + column);
    }
}

template class Panels<float>;
template class Panels<double>;

void transpose(const Panels<float>& from, Panels<float>& to) {
  require(to.n_rows() == from.n_columns() && to.n_columns() == from.n_rows(),
          "transpose: shapes do not match");
  kernels().transpose(from.values().data(), from.n_rows(), from.n_columns(), to.values().data());
}

void product(View<const float, 2> a, const Panels<float>& b, std::span<const float> start, View<float, 2> c) {
  require(a.extent(1) == b.n_rows() && start.size() == b.n_columns() && c.extent(0) == a.extent(0) &&
              c.extent(1) == b.n_columns(),
          "product: shapes do not match");
  std::vector<float> padded(b.n_panels() * panel_width);
  std::copy(start.begin(), start.end(), padded.begin());
  kernels().product(a.data(), a.extent(0), a.extent(1), b.values().data(), b.n_columns(), padded.data(),
                    c.data());
}

void RoundedPanels::assign(const Panels<float>& matrix, Precision precision) {
  require(precision != Precision::float32, "rounded panels: float32 is not rounded");
  n_rows_ = matrix.n_rows();
  n_columns_ = matrix.n_columns();
  n_terms_ = precision == Precision::bfloat16 ? 1 : 2;
  const std::size_t n_pairs = matrix.n_panels() * ((n_rows_ + 1) / 2);
  words_.resize((n_pairs + pairs_read_beyond) * n_terms_ * panel_width);
  kernels().round_panels(matrix.values().data(), matrix.n_panels(), n_rows_, n_terms_, words_.data());
}

void product(View<const float, 2> a, const RoundedPanels& b, std::span<const float> start, View<float, 2> c) {
  require(a.extent(1) == b.n_rows() && start.size() == b.n_columns() && c.extent(0) == a.extent(0) &&
              c.extent(1) == b.n_columns(),
          "product: shapes do not match");
  const std::uint32_t dropped =
      kernels().rounded_product(a.data(), a.extent(0), a.extent(1), b.words().data(), b.n_terms(),
                                b.n_columns(), start.data(), c.data());
  require(dropped == 0, "product: a value is not a bfloat16 number");
}

namespace {

template <class T, class Right>
void require_outer_shapes(const View<const T, 2>& a, const Right& b, const Panels<T>& c) {
  require(a.extent(0) == b.n_rows() && a.extent(1) == c.n_rows() && b.n_columns() == c.n_columns(),
          "outer products: shapes do not match");
}

} // namespace

void add_outer_products(View<const float, 2> a, const Panels<float>& b, Panels<float>& c) {
  require_outer_shapes(a, b, c);
  kernels().outer_float(a.data(), a.extent(0), a.extent(1), b.values().data(), b.n_columns(),
                        c.values().data());
}

void add_outer_products(View<const double, 2> a, const Panels<double>& b, Panels<double>& c) {
  require_outer_shapes(a, b, c);
  kernels().outer_double(a.data(), a.extent(0), a.extent(1), b.values().data(), b.n_columns(),
                         c.values().data());
}

void add_outer_products(View<const float, 2> a, const RoundedPanels& b, Panels<float>& c) {
  require(has_matrix_units(), "outer products: rounded factors need matrix units");
  require_outer_shapes(a, b, c);
  const std::uint32_t dropped = kernels().rounded_outer(a.data(), a.extent(0), a.extent(1), b.words().data(),
                                                        b.n_terms(), b.n_columns(), c.values().data());
  require(dropped == 0, "outer products: a value is not a bfloat16 number");
}

void add_row(std::span<const float> row, double sign, std::span<double> sums) {
  kernels().add_row(row.data(), row.size(), sign, sums.data());
}

float squared_difference(std::span<const float> a, std::span<const float> b) {
  return kernels().squared_difference(a.data(), b.data(), a.size());
}

std::uint32_t largest_magnitude(std::span<const float> values) {
  return kernels().largest_magnitude(values.data(), values.size());
}

} // namespace blockspin::rbm
