#include "blockspin/rg/operator_moments.hpp"

#include "blockspin/base/error.hpp"
#include "integer_words.hpp"

namespace blockspin::rg {

using stats::Int128;

namespace {

/// Pairs of levels (n, m) with m = n, n - 1, 0, in order, those of lower levels first.
std::size_t pairs_below(unsigned n) { return n == 0 ? 0 : n == 1 ? 1 : 3 * std::size_t{n} - 3; }
std::size_t pair_number(unsigned n, unsigned m) {
  require(m == n || m + 1 == n || m == 0, "products are of one level, of neighbours, or with level 0");
  return pairs_below(n) + (m == n ? 0 : m + 1 == n ? 1 : 2);
}

} // namespace

OperatorMoments::OperatorMoments(Parity parity, unsigned n_levels, std::size_t n_operators)
    : parity_(parity), n_levels_(n_levels), n_operators_(n_operators),
      sums_((n_levels + 1) * n_operators + pairs_below(n_levels + 1) * n_operators * n_operators, 0) {}

std::size_t OperatorMoments::place(unsigned n, unsigned m) const {
  return (n_levels_ + 1) * n_operators_ + pair_number(n, m) * n_operators_ * n_operators_;
}

void OperatorMoments::add(View<const std::int64_t, 2> values, std::uint64_t times) {
  n_ += times;
  Int128* out = sums_.data();
  for (const std::int64_t value : values.flat()) *out++ += static_cast<Int128>(times) * value;
  for (unsigned n = 0; n <= n_levels_; ++n)
    for (unsigned back = 0; back < 3; ++back) {
      if (back > n || (back == 2 && n < 2)) continue;
      const auto mine = values.row(n), other = values.row(back == 2 ? 0 : n - back);
      for (const std::int64_t value : mine) {
        const Int128 a = static_cast<Int128>(times) * value;
        for (const std::int64_t b : other) *out++ += a * b;
      }
    }
}

void OperatorMoments::merge(const OperatorMoments& other) {
  require(sums_.size() == other.sums_.size(), "moments of different operators cannot be merged");
  n_ += other.n_;
  for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] += other.sums_[i];
}

void OperatorMoments::remove(const OperatorMoments& other) {
  require(sums_.size() == other.sums_.size(), "moments of different operators cannot be taken out");
  n_ -= other.n_;
  for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] -= other.sums_[i];
}

long double OperatorMoments::per_configuration(std::size_t i) const {
  return static_cast<long double>(sums_[i]) / static_cast<long double>(n_);
}

double OperatorMoments::mean(unsigned level, std::size_t a) const {
  return static_cast<double>(per_configuration(place_of_mean(level, a)));
}

double OperatorMoments::correlation(unsigned n, std::size_t a, unsigned m, std::size_t b) const {
  const long double product = per_configuration(place(n, m) + a * n_operators_ + b);
  if (parity_ == Parity::odd) return static_cast<double>(product);
  return static_cast<double>(product -
                             per_configuration(place_of_mean(n, a)) * per_configuration(place_of_mean(m, b)));
}

void OperatorMoments::to_words(std::span<std::uint64_t> words) const {
  words[0] = n_;
  rg::to_words(sums_, words.subspan(1));
}

void OperatorMoments::from_words(std::span<const std::uint64_t> words) {
  n_ = words[0];
  rg::from_words(words.subspan(1), sums_);
}

} // namespace blockspin::rg
