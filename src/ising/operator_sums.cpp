#include "blockspin/ising/operator_sums.hpp"

#include <algorithm>
#include <bit>

#include "blockspin/base/clones.hpp"
#include "blockspin/base/error.hpp"

namespace blockspin::ising {
namespace {

/// An offset along the last axis, the one before, and the first of three.
struct Steps {
  std::uint64_t x, row, leading;
};
Steps steps_of(const Offset& offset, int n_dimensions) {
  const auto along = [&](int axis) {
    return axis < 0 ? 0 : static_cast<std::uint64_t>(offset[static_cast<std::size_t>(axis)]);
  };
  return {along(n_dimensions - 1), along(n_dimensions - 2), along(n_dimensions - 3)};
}

template <std::size_t N>
inline __attribute__((always_inline)) std::uint64_t
count_ones(const std::uint64_t* window, const OperatorSums::Term& term, std::size_t n_words) {
  std::uint64_t ones = 0;
  for (std::size_t w = 0; w < n_words; ++w) {
    std::uint64_t product = window[term.spin[0] + w];
    for (std::size_t i = 1; i < N; ++i) product ^= window[term.spin[i] + w];
    ones += static_cast<std::uint64_t>(std::popcount(product));
  }
  return ones;
}

/// Adds up the ones of the exclusive ors of n_words words, for every term.
BLOCKSPIN_CLONES
void add_ones(const std::uint64_t* window, std::span<const OperatorSums::Term> terms, std::size_t n_words,
              std::uint64_t* ones) {
  for (const OperatorSums::Term& term : terms) switch (term.n_spins) {
    case 1: *ones++ += count_ones<1>(window, term, n_words); break;
    case 2: *ones++ += count_ones<2>(window, term, n_words); break;
    case 3: *ones++ += count_ones<3>(window, term, n_words); break;
    default: *ones++ += count_ones<4>(window, term, n_words); break;
    }
}

} // namespace

OperatorSums::OperatorSums(const RowLattice& lattice, std::span<const Operator> operators)
    : lattice_(lattice), n_products_(operators.size(), 0), longer_(lattice.words_per_row() + 2) {
  for (std::uint32_t op = 0; op < operators.size(); ++op) {
    require(operators[op].sites.size() <= 4, "operators are products of one to four spins");
    for (const ProductClass& product : product_classes(operators[op], lattice)) {
      n_products_[op] += lattice.n_sites() / product.copies;
      sites_.push_back(product.sites);
      terms_.push_back({{}, static_cast<std::uint32_t>(product.sites.size()), op, product.copies});
    }
  }
  plan_window();
}

void OperatorSums::plan_window() {
  const int d = lattice_.n_dimensions();
  for (const auto& sites : sites_)
    for (const Offset& site : sites) {
      const Steps steps = steps_of(site, d);
      n_turns_ = std::max(n_turns_, steps.x + 1);
      n_ahead_ = std::max(n_ahead_, steps.row);
      n_leading_ = std::max(n_leading_, steps.leading + 1);
    }
  constexpr std::uint64_t words_of_window = 4096; // of a core's nearest cache
  const std::uint64_t n_words = lattice_.words_per_row();
  const std::uint64_t rows_in_line = d == 1 ? 1 : lattice_.extent(d - 2);
  const std::uint64_t fitting = words_of_window / (n_turns_ * n_leading_ * n_words);
  most_rows_ = std::clamp<std::uint64_t>(fitting > n_ahead_ ? fitting - n_ahead_ : 1, 1, rows_in_line);
  window_.resize(n_turns_ * n_leading_ * (most_rows_ + n_ahead_) * n_words);
  for (std::size_t t = 0; t < terms_.size(); ++t)
    for (std::size_t i = 0; i < sites_[t].size(); ++i) {
      const Steps steps = steps_of(sites_[t][i], d);
      const std::uint64_t row = (steps.x * n_leading_ + steps.leading) * (most_rows_ + n_ahead_) + steps.row;
      terms_[t].spin[i] = static_cast<std::uint32_t>(row * n_words);
    }
}

/// Writes the row turned by 0, 1, ... sites, each into its part of the window.
void OperatorSums::turn_row(std::span<const std::uint64_t> row, std::uint64_t* out) {
  const std::uint64_t length = lattice_.row_length(), n_words = lattice_.words_per_row();
  const std::uint64_t stride = n_leading_ * (most_rows_ + n_ahead_) * n_words;
  std::copy(row.begin(), row.end(), longer_.begin());
  longer_[n_words] = longer_[n_words + 1] = 0;
  longer_[length / 64] |= row[0] << (length % 64);
  if (length % 64 != 0) longer_[length / 64 + 1] |= row[0] >> (64 - length % 64);
  std::copy(row.begin(), row.end(), out);
  for (unsigned turn = 1; turn < n_turns_; ++turn) {
    out += stride;
    for (std::size_t w = 0; w < n_words; ++w) out[w] = longer_[w] >> turn | longer_[w + 1] << (64 - turn);
    out[n_words - 1] &= lattice_.last_mask();
  }
}

void OperatorSums::fill_window(const RowBits& spins, const Lines& lines) {
  const int d = lattice_.n_dimensions();
  const std::uint64_t rows_in_line = d == 1 ? 1 : lattice_.extent(d - 2);
  const std::uint64_t n_lines = lattice_.n_rows() / rows_in_line;
  for (std::uint64_t ahead = 0; ahead < n_leading_; ++ahead) {
    const std::uint64_t line = (lines.leading + ahead) % n_lines * rows_in_line;
    std::uint64_t* const out = &window_[ahead * (most_rows_ + n_ahead_) * lattice_.words_per_row()];
    for (std::uint64_t r = 0; r < lines.n_rows + n_ahead_; ++r)
      turn_row(spins.row(line + (lines.first + r) % rows_in_line), out + r * lattice_.words_per_row());
  }
}

void OperatorSums::measure(const RowBits& spins, std::span<std::int64_t> out) {
  const int d = lattice_.n_dimensions();
  const std::uint64_t rows_in_line = d == 1 ? 1 : lattice_.extent(d - 2);
  ones_.assign(terms_.size(), 0);
  for (std::uint64_t leading = 0; leading < lattice_.n_rows() / rows_in_line; ++leading)
    for (std::uint64_t first = 0; first < rows_in_line; first += most_rows_) {
      const Lines lines{leading, first, std::min(most_rows_, rows_in_line - first)};
      fill_window(spins, lines);
      add_ones(window_.data(), terms_, lines.n_rows * lattice_.words_per_row(), ones_.data());
    }
  std::fill(out.begin(), out.end(), 0);
  const auto n_sites = static_cast<std::int64_t>(lattice_.n_sites());
  for (std::size_t t = 0; t < terms_.size(); ++t) {
    const std::int64_t excess = 2 * static_cast<std::int64_t>(ones_[t]) - n_sites;
    const std::int64_t sum = terms_[t].n_spins % 2 == 0 ? -excess : excess;
    out[terms_[t].op] += sum / static_cast<std::int64_t>(terms_[t].copies);
  }
}

} // namespace blockspin::ising
