#include "run_labels.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "blockspin/base/clones.hpp"
#include "blockspin/base/error.hpp"

namespace blockspin::ising {
namespace {

/// Path halving: every label passed is hung one step higher.
inline std::uint32_t find_root(std::uint32_t* parent, std::uint32_t run) {
  while (parent[run] != run) {
    const std::uint32_t above = parent[parent[run]];
    parent[run] = above;
    run = above;
  }
  return run;
}

inline void unite(std::uint32_t* parent, std::uint32_t a, std::uint32_t b) {
  if (parent[a] == parent[b]) return;
  a = find_root(parent, a);
  b = find_root(parent, b);
  if (a < b)
    parent[b] = a;
  else
    parent[a] = b;
}

/// One row of a RunLabels: where runs start, and how many started before each word.
struct LabelledRow {
  const std::uint64_t* starts;
  const std::uint32_t* before;

  std::uint32_t run(std::size_t w, std::uint64_t up_to) const {
    return before[w] + static_cast<std::uint32_t>(std::popcount(starts[w] & up_to)) - 1;
  }
};

BLOCKSPIN_CLONES void join_words(std::uint32_t* parent, LabelledRow a, LabelledRow b,
                                 const std::uint64_t* bonds, std::size_t n_words) {
  std::uint64_t carry = 0;
  for (std::size_t w = 0; w < n_words; ++w) {
    // A bond is implied by the one behind it where neither row starts a run in between.
    const std::uint64_t implied = (bonds[w] << 1 | carry) & ~a.starts[w] & ~b.starts[w];
    carry = bonds[w] >> 63;
    for (std::uint64_t rest = bonds[w] & ~implied; rest != 0; rest &= rest - 1) {
      const std::uint64_t up_to = rest ^ (rest - 1); // the lowest set bit and all below
      unite(parent, a.run(w, up_to), b.run(w, up_to));
    }
  }
}

inline std::uint64_t prefix_xor(std::uint64_t x) {
  for (int shift = 1; shift < 64; shift *= 2) x ^= x << shift;
  return x;
}

/// Replaces the labels of a row's runs by 0 or 1, turns its spins, and returns the number of the next run.
BLOCKSPIN_CLONES std::uint32_t turn_words(std::uint32_t* label, std::uint32_t run,
                                          const std::uint64_t* starts, const std::uint64_t* coins,
                                          std::uint64_t* spins, std::size_t n_words) {
  std::uint32_t turns = 0; // whether the present run turns
  for (std::size_t w = 0; w < n_words; ++w) {
    const std::uint64_t entering = turns ? ~std::uint64_t{0} : 0;
    std::uint64_t changes = 0;
    for (std::uint64_t rest = starts[w]; rest != 0; rest &= rest - 1, ++run) {
      const auto bit = static_cast<unsigned>(std::countr_zero(rest));
      const std::uint32_t above = label[run]; // smaller runs hold 0 or 1 already
      const std::uint32_t now = above == run ? static_cast<std::uint32_t>(coins[w] >> bit & 1) : label[above];
      label[run] = now;
      changes |= static_cast<std::uint64_t>(now ^ turns) << bit;
      turns = now;
    }
    spins[w] ^= prefix_xor(changes) ^ entering;
  }
  return run;
}

BLOCKSPIN_CLONES void count_before(const std::uint64_t* starts, std::uint32_t* before, std::size_t n,
                                   std::uint64_t& total) {
  for (std::size_t w = 0; w < n; ++w) {
    before[w] = static_cast<std::uint32_t>(total);
    total += static_cast<std::uint64_t>(std::popcount(starts[w]));
  }
}

} // namespace

RunLabels::RunLabels(const RowBlock& block)
    : block_(block), words_per_row_(block.words_per_row()), starts_(block.n_rows() * words_per_row_),
      before_(starts_.size()) {
  require(block.n_rows() * block.row_length() < std::numeric_limits<std::uint32_t>::max(),
          "a cluster update needs fewer than 2^32 sites a rank: divide the lattice over more ranks");
}

void RunLabels::number() {
  std::uint64_t total = 0;
  count_before(starts_.data(), before_.data(), starts_.size(), total);
  parent_.resize(total);
  std::iota(parent_.begin(), parent_.end(), std::uint32_t{0});
}

std::uint32_t RunLabels::root(std::uint32_t run) { return find_root(parent_.data(), run); }
void RunLabels::join(std::uint32_t a, std::uint32_t b) { unite(parent_.data(), a, b); }

void RunLabels::join_rows(std::uint64_t row, std::uint64_t other, std::span<const std::uint64_t> bonds) {
  const auto labelled = [&](std::uint64_t r) {
    return LabelledRow{&starts_[r * words_per_row_], &before_[r * words_per_row_]};
  };
  join_words(parent_.data(), labelled(row), labelled(other), bonds.data(), words_per_row_);
}

RunStart RunLabels::start_of(std::uint32_t run) const {
  const auto word =
      static_cast<std::size_t>(std::upper_bound(before_.begin(), before_.end(), run) - before_.begin()) - 1;
  std::uint64_t starts = starts_[word];
  for (std::uint32_t skip = run - before_[word]; skip > 0; --skip) starts &= starts - 1;
  return {word / words_per_row_,
          64 * (word % words_per_row_) + static_cast<std::uint64_t>(std::countr_zero(starts))};
}

void RunLabels::turn(RowSpins& spins, const ClusterStream& random,
                     std::span<const std::pair<std::uint32_t, bool>> decided) {
  const std::uint64_t row_words = (block_.geometry.row_length() + 63) / 64;
  const std::uint64_t first_word = block_.first[static_cast<std::size_t>(block_.last_axis())] / 64;
  std::vector<std::uint64_t> coins(words_per_row_);
  auto next = decided.begin();
  std::uint32_t run = 0;
  for (std::uint64_t row = 0; row < block_.n_rows(); ++row) {
    random.generator.words(random.flip(), block_.global_row(row) * row_words + first_word, coins);
    for (; next != decided.end() && start_of(next->first).row == row; ++next) {
      const std::uint64_t x = start_of(next->first).x, bit = std::uint64_t{1} << (x % 64);
      coins[x / 64] = next->second ? coins[x / 64] | bit : coins[x / 64] & ~bit;
    }
    const auto words = spins.row(row);
    run = turn_words(parent_.data(), run, starts(row).data(), coins.data(), words.data(), words_per_row_);
    words.back() &= block_.last_mask();
  }
}

} // namespace blockspin::ising
