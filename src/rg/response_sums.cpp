#include "blockspin/rg/response_sums.hpp"

#include <cmath>

#include "blockspin/base/error.hpp"
#include "integer_words.hpp"

namespace blockspin::rg {

using stats::Int128;

std::int64_t on_grid(double value) { return std::llrint(value / function_grid); }

ResponseSums::ResponseSums(std::size_t n_functions, std::size_t n_operators)
    : n_functions_(n_functions), n_operators_(n_operators),
      sums_(n_functions + n_operators + n_functions * n_operators, 0) {}

void ResponseSums::add(std::span<const std::int64_t> functions, std::span<const std::int64_t> operators) {
  ++n_;
  Int128* out = sums_.data();
  for (const std::int64_t f : functions) *out++ += f;
  for (const std::int64_t s : operators) *out++ += s;
  for (const std::int64_t f : functions)
    for (const std::int64_t s : operators) *out++ += static_cast<Int128>(f) * s;
}

void ResponseSums::merge(const ResponseSums& other) {
  require(sums_.size() == other.sums_.size(), "sums of different functions cannot be merged");
  n_ += other.n_;
  for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] += other.sums_[i];
}

void ResponseSums::remove(const ResponseSums& other) {
  require(sums_.size() == other.sums_.size(), "sums of different functions cannot be taken out");
  n_ -= other.n_;
  for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] -= other.sums_[i];
}

double ResponseSums::mean(std::size_t function) const {
  return static_cast<double>(static_cast<long double>(sums_[function]) / static_cast<long double>(n_));
}

double ResponseSums::response(std::size_t function, std::size_t op) const {
  const auto per_configuration = [this](std::size_t i) {
    return static_cast<long double>(sums_[i]) / static_cast<long double>(n_);
  };
  const long double product = per_configuration(n_functions_ + n_operators_ + function * n_operators_ + op);
  return static_cast<double>(product - per_configuration(function) * per_configuration(n_functions_ + op));
}

void ResponseSums::to_words(std::span<std::uint64_t> words) const {
  words[0] = n_;
  rg::to_words(sums_, words.subspan(1));
}

void ResponseSums::from_words(std::span<const std::uint64_t> words) {
  n_ = words[0];
  rg::from_words(words.subspan(1), sums_);
}

} // namespace blockspin::rg
