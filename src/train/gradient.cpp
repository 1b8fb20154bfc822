#include "blockspin/train/gradient.hpp"

#include <algorithm>
#include <bit>

#include "blockspin/rbm/profile.hpp"

namespace blockspin::train {

int hidden_grid_bits(std::uint64_t n_terms) {
  return std::min(real_grid_bits, 24 - static_cast<int>(std::bit_width(n_terms - 1)));
}

GradientSum::GradientSum(std::size_t n_visible, std::size_t n_hidden, bool real, bool centred)
    : n_visible_(n_visible), real_(real), weights_(n_visible, n_hidden),
      real_weights_(real ? n_visible : 0, real ? n_hidden : 0), real_biases_(n_visible + n_hidden),
      data_sums_(centred ? n_visible + n_hidden : 0), biases_(n_visible + n_hidden) {}

namespace {

View<const float, 2> first_rows(View<const float, 2> rows, std::size_t n) {
  return {rows.data(), {n, rows.extent(1)}};
}

/// sums[u] = sum of column u over rows [0, n_data) less that over the others.
void column_sums(View<const float, 2> rows, std::size_t n_data, std::span<double> sums) {
  std::fill(sums.begin(), sums.end(), 0.0);
  for (std::size_t s = 0; s < rows.extent(0); ++s) {
    const std::span row(rows.data() + s * sums.size(), sums.size());
    rbm::add_row(row, s < n_data ? 1.0 : -1.0, sums);
  }
}

} // namespace

void GradientSum::set(View<const float, 2> visible, View<float, 2> means, std::size_t n_data) {
  const rbm::Timed timed(rbm::Work::gradient);
  set_biases(visible, means, n_data);
  for (float& mean : means.flat().subspan(n_data * means.extent(1))) mean = -mean;
  if (real_) return set_real(visible, means);
  // Both extents: a first batch without rows here would else pass for panels that are not made yet.
  if (right_.n_rows() != means.extent(0) || right_.n_columns() != means.extent(1))
    right_ = rbm::Panels<float>(means.extent(0), means.extent(1));
  right_.assign(means);
  std::fill(weights_.values().begin(), weights_.values().end(), 0.0F);
  add_products(visible);
}

/// On matrix units where there are any: two bfloat16 terms hold a mean on a grid of 15 bits exactly.
void GradientSum::add_products(View<const float, 2> visible) {
  static_assert(real_grid_bits <= 15);
  if (!rbm::has_matrix_units()) return rbm::add_outer_products(visible, right_, weights_);
  right_terms_.assign(right_, rbm::Precision::bfloat16_two_terms);
  rbm::add_outer_products(visible, right_terms_, weights_);
}

void GradientSum::set_biases(View<const float, 2> visible, View<const float, 2> means, std::size_t n_data) {
  column_sums(visible, n_data, std::span(real_biases_).first(n_visible_));
  column_sums(means, n_data, std::span(real_biases_).subspan(n_visible_));
  if (data_sums_.empty()) return;
  column_sums(first_rows(visible, n_data), n_data, std::span(data_sums_).first(n_visible_));
  column_sums(first_rows(means, n_data), n_data, std::span(data_sums_).subspan(n_visible_));
}

void GradientSum::set_real(View<const float, 2> visible, View<const float, 2> means) {
  Array<double, 2> left({visible.extent(0), visible.extent(1)}), right({means.extent(0), means.extent(1)});
  std::copy(visible.flat().begin(), visible.flat().end(), left.flat().begin());
  std::copy(means.flat().begin(), means.flat().end(), right.flat().begin());
  rbm::Panels<double> panels(means.extent(0), means.extent(1));
  panels.assign(right.view());
  std::fill(real_weights_.values().begin(), real_weights_.values().end(), 0.0);
  rbm::add_outer_products(left.view(), panels, real_weights_);
}

void GradientSum::add_ranks(const mpi::Communicator& comm) {
  const rbm::Timed timed(rbm::Work::ranks);
  if (comm.size() > 1) {
    comm.sum(std::span(real_biases_));
    if (!data_sums_.empty()) comm.sum(std::span(data_sums_));
    if (real_)
      comm.sum(real_weights_.values());
    else
      comm.sum(weights_.values());
  }
  std::copy(real_biases_.begin(), real_biases_.end(), biases_.begin());
  if (real_)
    std::copy(real_weights_.values().begin(), real_weights_.values().end(), weights_.values().begin());
}

void GradientSum::centre(Centring& centring, std::uint64_t n_samples) {
  for (double& sum : data_sums_) sum /= static_cast<double>(n_samples);
  const std::span means(data_sums_);
  centring.move(means.first(n_visible_), means.subspan(n_visible_));
  const std::span biases(biases_);
  centring.apply(weights_, biases.first(n_visible_), biases.subspan(n_visible_));
}

} // namespace blockspin::train
