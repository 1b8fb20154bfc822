#include "blockspin/ising/operators.hpp"

#include <algorithm>
#include <map>

#include "blockspin/base/error.hpp"

namespace blockspin::ising {
namespace {

using Sites = std::vector<Offset>;

std::int64_t wrapped(std::int64_t x, std::int64_t extent) { return (x % extent + extent) % extent; }

/// Sites on the lattice, sorted; those that stand there twice are gone.
Sites on_lattice(const Sites& sites, const Offset& origin, const RowLattice& lattice) {
  Sites placed;
  for (const Offset& site : sites) {
    Offset at{};
    for (int axis = 0; axis < lattice.n_dimensions(); ++axis) {
      const auto a = static_cast<std::size_t>(axis);
      at[a] = wrapped(site[a] - origin[a], static_cast<std::int64_t>(lattice.extent(axis)));
    }
    const auto found = std::find(placed.begin(), placed.end(), at);
    if (found == placed.end())
      placed.push_back(at);
    else
      placed.erase(found);
  }
  std::sort(placed.begin(), placed.end());
  return placed;
}

/// The same name for all translates: the first in order of those that have a site at the origin.
Sites canonical(const Sites& placed, const RowLattice& lattice) {
  Sites first = on_lattice(placed, placed.front(), lattice);
  for (const Offset& origin : placed) first = std::min(first, on_lattice(placed, origin, lattice));
  return first;
}

/// Translations that leave a set of sites as it is; they take its first site to one of its sites.
std::uint64_t n_copies(const Sites& placed, const RowLattice& lattice) {
  std::uint64_t copies = 0;
  for (const Offset& site : placed) {
    Offset step = placed.front();
    for (std::size_t a = 0; a < step.size(); ++a) step[a] -= site[a];
    if (on_lattice(placed, step, lattice) == placed) ++copies;
  }
  return copies;
}

/// The translate whose offsets along each axis reach as little far as possible.
Sites compact(const Sites& placed, const RowLattice& lattice) {
  Offset origin{};
  for (int axis = 0; axis < lattice.n_dimensions(); ++axis) {
    const auto a = static_cast<std::size_t>(axis);
    const auto extent = static_cast<std::int64_t>(lattice.extent(axis));
    const auto reach = [&](std::int64_t from) {
      std::int64_t longest = 0;
      for (const Offset& site : placed) longest = std::max(longest, wrapped(site[a] - from, extent));
      return longest;
    };
    origin[a] = placed.front()[a];
    for (const Offset& site : placed)
      if (reach(site[a]) < reach(origin[a])) origin[a] = site[a];
  }
  return on_lattice(placed, origin, lattice);
}

/// Every way to permute and reverse the first n axes.
std::vector<Sites> images(const Sites& sites, int n_dimensions) {
  std::vector<std::size_t> axes;
  for (int axis = 0; axis < n_dimensions; ++axis) axes.push_back(static_cast<std::size_t>(axis));
  std::vector<Sites> all;
  do {
    for (unsigned reversed = 0; reversed < 1U << axes.size(); ++reversed) {
      Sites image;
      for (const Offset& site : sites) {
        Offset at{};
        for (std::size_t a = 0; a < axes.size(); ++a)
          at[a] = (reversed >> a & 1) != 0 ? -site[axes[a]] : site[axes[a]];
        image.push_back(at);
      }
      all.push_back(image);
    }
  } while (std::next_permutation(axes.begin(), axes.end()));
  return all;
}

/// Classes of products by their canonical names.
std::map<Sites, ProductClass> classes_by_name(const Operator& op, const RowLattice& lattice) {
  std::map<Sites, ProductClass> classes;
  for (const Sites& image : images(op.sites, lattice.n_dimensions())) {
    const Sites placed = on_lattice(image, {}, lattice);
    if (placed.empty()) continue;
    classes[canonical(placed, lattice)] = {compact(placed, lattice), n_copies(placed, lattice)};
  }
  return classes;
}

/// Rows added one by one to a basis, in arithmetic modulo a prime. Exact for up to 13 rows of zeros and ones:
/// no determinant of theirs is above 9477, so none that is not 0 is 0 modulo the prime.
class Basis {
public:
  /// Whether the row is independent of those before it.
  bool add(std::vector<std::int64_t> row) {
    for (const auto& [lead, pivot_row] : rows_) {
      const std::int64_t factor = row[lead];
      for (std::size_t i = 0; i < row.size(); ++i) row[i] = wrapped(row[i] - factor * pivot_row[i], prime);
    }
    const auto lead = std::find_if(row.begin(), row.end(), [](std::int64_t x) { return x != 0; });
    if (lead == row.end()) return false;
    const std::int64_t inverse = power(*lead, prime - 2);
    const auto at = static_cast<std::size_t>(lead - row.begin());
    for (std::int64_t& x : row) x = x * inverse % prime;
    rows_.emplace_back(at, std::move(row));
    return true;
  }

private:
  static constexpr std::int64_t prime = 2147483647;
  static std::int64_t power(std::int64_t base, std::int64_t exponent) {
    std::int64_t result = 1;
    for (; exponent > 0; exponent /= 2, base = base * base % prime)
      if (exponent % 2 == 1) result = result * base % prime;
    return result;
  }
  std::vector<std::pair<std::size_t, std::vector<std::int64_t>>> rows_;
};

} // namespace

std::vector<ProductClass> product_classes(const Operator& op, const RowLattice& lattice) {
  std::vector<ProductClass> classes;
  for (auto& [name, product] : classes_by_name(op, lattice)) classes.push_back(product);
  return classes;
}

std::uint64_t n_products(const Operator& op, const RowLattice& lattice) {
  std::uint64_t n = 0;
  for (const ProductClass& product : product_classes(op, lattice)) n += lattice.n_sites() / product.copies;
  return n;
}

namespace {

/// At how many places each product of the sum stands, by the names of their classes.
std::map<Sites, std::uint64_t> places_by_name(const Operator& op, const RowLattice& lattice) {
  constexpr std::uint64_t long_side = 16; // no operator reaches around
  const RowLattice endless(std::vector<std::uint64_t>(lattice.extents().size(), long_side));
  std::map<Sites, std::uint64_t> places;
  for (const ProductClass& product : product_classes(op, endless)) {
    const Sites placed = on_lattice(product.sites, {}, lattice);
    if (!placed.empty()) places[canonical(placed, lattice)] += n_copies(placed, lattice);
  }
  return places;
}

} // namespace

double places_per_product(const Operator& op, const RowLattice& lattice) {
  std::uint64_t n_places = 0, n = 0;
  const auto classes = classes_by_name(op, lattice);
  for (const auto& [name, places] : places_by_name(op, lattice)) {
    const std::uint64_t n_of_class = lattice.n_sites() / classes.at(name).copies;
    n_places += places * n_of_class;
    n += n_of_class;
  }
  return n == 0 ? 1 : static_cast<double>(n_places) / static_cast<double>(n);
}

bool places_differ(const Operator& op, const RowLattice& lattice) {
  const auto places = places_by_name(op, lattice);
  return std::ranges::any_of(places, [&](const auto& one) { return one.second != places.begin()->second; });
}

std::vector<bool> independent_operators(std::span<const Operator> operators, const RowLattice& lattice) {
  require(operators.size() <= 13, "independence is decided for at most 13 operators");
  std::vector<std::map<Sites, ProductClass>> classes;
  std::map<Sites, std::size_t> column;
  for (const Operator& op : operators) {
    classes.push_back(classes_by_name(op, lattice));
    for (const auto& [name, product] : classes.back()) column.emplace(name, column.size());
  }
  Basis basis;
  std::vector<bool> independent;
  for (const auto& of_operator : classes) {
    std::vector<std::int64_t> row(column.size(), 0);
    for (const auto& [name, product] : of_operator) row[column.at(name)] = 1;
    independent.push_back(basis.add(std::move(row)));
  }
  return independent;
}

} // namespace blockspin::ising
