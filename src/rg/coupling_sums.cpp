#include "blockspin/rg/coupling_sums.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "blockspin/base/error.hpp"
#include "blockspin/petsc/dense.hpp"
#include "integer_words.hpp"
#include "newton_words.hpp"

namespace blockspin::rg {

CouplingSums::CouplingSums(unsigned n_levels, std::size_t n_operators)
    : n_operators_(n_operators), sums_((n_levels + 1) * per_level(), 0) {}

void CouplingSums::merge(const CouplingSums& other, std::int64_t times) {
  for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] += times * other.sums_[i];
}

void CouplingSums::to_words(std::span<std::uint64_t> words) const { rg::to_words(sums_, words); }
void CouplingSums::from_words(std::span<const std::uint64_t> words) { rg::from_words(words, sums_); }

void CouplingSums::add(unsigned level, std::span<const std::size_t> operators,
                       std::span<const std::int32_t> point, const NewtonWords& found) {
  const std::size_t n = n_operators_;
  const std::span sums = std::span(sums_).subspan(level * per_level(), per_level());
  for (std::size_t a = 0; a < operators.size(); ++a) {
    stats::Int128& right = sums[n * n + operators[a]];
    right += found.gradient[a];
    for (std::size_t b = 0; b < operators.size(); ++b) {
      const std::int64_t j = found.information[std::max(a, b)][std::min(a, b)];
      sums[operators[a] * n + operators[b]] += j;
      right += static_cast<stats::Int128>(j) * point[b];
    }
  }
}

double CouplingSums::information(unsigned level, std::size_t a, std::size_t b) const {
  return static_cast<double>(sums_[level * per_level() + a * n_operators_ + b]) / weight_unit;
}

double CouplingSums::right_side(unsigned level, std::size_t a) const {
  const stats::Int128 sum = sums_[level * per_level() + n_operators_ * n_operators_ + a];
  return static_cast<double>(sum) / (static_cast<double>(weight_unit) * coupling_unit);
}

double CouplingSums::slope(unsigned level, std::size_t a, std::span<const double> couplings) const {
  double sum = right_side(level, a);
  for (std::size_t b = 0; b < couplings.size(); ++b)
    if (couplings[b] != 0) sum -= information(level, a, b) * couplings[b];
  return sum;
}

std::vector<double> CouplingSums::couplings(unsigned level, std::span<const std::size_t> operators,
                                            double weight, std::span<const double> about) const {
  const std::size_t n = operators.size();
  Array<double, 2> j({n, n}), right({n, 1});
  for (std::size_t a = 0; a < n; ++a) {
    for (std::size_t b = 0; b < n; ++b) j(a, b) = information(level, operators[a], operators[b]);
    right(a, 0) = right_side(level, operators[a]);
    j(a, a) += weight;
    if (weight > 0) right(a, 0) += weight * about[operators[a]];
  }
  const auto found = petsc::solve_positive(j, right);
  if (!found) return {};
  std::vector<double> couplings(n_operators_, 0.0);
  for (std::size_t a = 0; a < n; ++a) couplings[operators[a]] = (*found)(a, 0);
  return couplings;
}

namespace {

/// Words of a configuration's level that are looked at: 512 spins tell enough.
constexpr std::size_t most_words = 8;

std::vector<std::size_t> told_apart(std::span<const ising::Operator> operators,
                                    const ising::RowLattice& lattice) {
  std::vector<std::size_t> numbers;
  const auto flags = ising::independent_operators(operators, lattice);
  for (std::size_t op = 0; op < flags.size(); ++op)
    if (flags[op]) numbers.push_back(op);
  return numbers;
}

} // namespace

bool are_measurable(std::span<const double> couplings) {
  return std::ranges::all_of(couplings, [](double k) { return std::abs(k) < largest_coupling; });
}

LevelCouplings::LevelCouplings(const BlockingSetup& setup, double coupling)
    : setup_(setup), start_(std::clamp(coupling, -largest_coupling, largest_coupling)),
      x_(64 * setup.n_even) {
  const std::vector<ising::Operator> all = setup.even();
  for (unsigned n = 0; n <= setup.n_levels; ++n) {
    const ising::RowLattice lattice = lattice_of(setup, n);
    operators_.push_back(told_apart(all, lattice));
    std::vector<ising::Operator> some;
    for (const std::size_t op : operators_.back()) some.push_back(all[op]);
    local_.emplace_back(lattice, some);
    point_.emplace_back(setup.n_even, 0);
    if (setup.n_even > 0) point_.back()[0] = static_cast<std::int32_t>(std::lround(start_ * coupling_unit));
  }
}

void LevelCouplings::add(const ising::BlockLevels& blocks, std::uint64_t number, CouplingSums& sums) {
  for (unsigned n = 0; n < local_.size(); ++n) {
    if (operators_[n].empty()) continue;
    const ising::RowLattice& lattice = blocks.level(n).lattice();
    const std::size_t n_words = lattice.n_words(), n_used = std::min(n_words, most_words);
    for (std::size_t i = 0; i < n_used; ++i) {
      const std::size_t at = (number % n_words * n_used + i) % n_words;
      const std::size_t word = at % lattice.words_per_row();
      local_[n].measure(blocks.level(n), at / lattice.words_per_row(), word, x_);
      const bool last = word + 1 == lattice.words_per_row();
      add_word(n, last ? lattice.last_mask() : ~std::uint64_t{0}, sums);
    }
  }
}

void LevelCouplings::add_word(unsigned level, std::uint64_t present, CouplingSums& sums) {
  const std::vector<std::size_t>& operators = operators_[level];
  std::array<std::int32_t, most_operators> point{};
  for (std::size_t a = 0; a < operators.size(); ++a) point[a] = point_[level][operators[a]];
  NewtonWords found;
  newton_words(x_.data(), operators.size(), point.data(), present, found);
  sums.add(level, operators, point, found);
}

void LevelCouplings::learn(const CouplingSums& sums) {
  constexpr double weight = 25; // as sure of the start as 1/5
  std::vector<double> start(setup_.n_even, 0.0);
  if (!start.empty()) start[0] = start_;
  for (unsigned n = 0; n < local_.size(); ++n) {
    const auto found = sums.couplings(n, operators_[n], weight, start);
    if (found.empty() || !are_measurable(found)) continue;
    for (std::size_t a = 0; a < found.size(); ++a)
      point_[n][a] = static_cast<std::int32_t>(std::lround(found[a] * coupling_unit));
  }
}

} // namespace blockspin::rg
