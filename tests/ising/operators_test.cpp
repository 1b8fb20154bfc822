#include "blockspin/ising/operators.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "blockspin/base/error.hpp"
#include "blockspin/ising/operator_sums.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::ising {
namespace {

using Extents = std::vector<std::uint64_t>;
using Product = std::vector<std::uint64_t>; // sites whose spins it holds, in order
using Products = std::vector<Product>;      // different ones, in order

std::vector<Operator> all_operators(int n_dimensions) {
  std::vector<Operator> all = even_operators(n_dimensions);
  for (const Operator& op : odd_operators(n_dimensions)) all.push_back(op);
  return all;
}

/// Site number of an offset from a site, by coordinates.
std::uint64_t site_from(std::uint64_t site, const Offset& offset, const Extents& extents) {
  std::uint64_t result = 0, stride = 1;
  for (std::size_t axis = extents.size(); axis-- > 0;) {
    const auto extent = static_cast<std::int64_t>(extents[axis]);
    const std::int64_t x = static_cast<std::int64_t>(site % extents[axis]) + offset[axis];
    result += static_cast<std::uint64_t>((x % extent + extent) % extent) * stride;
    stride *= extents[axis];
    site /= extents[axis];
  }
  return result;
}

/// Every permutation and reflection of a shape.
std::vector<std::vector<Offset>> images_of(const Operator& op, std::size_t n_dimensions) {
  std::vector<std::size_t> axes;
  for (std::size_t axis = 0; axis < n_dimensions; ++axis) axes.push_back(axis);
  std::vector<std::vector<Offset>> images;
  do {
    for (unsigned signs = 0; signs < 1U << n_dimensions; ++signs) {
      images.emplace_back();
      for (const Offset& shape : op.sites) {
        Offset at{};
        for (std::size_t axis = 0; axis < n_dimensions; ++axis)
          at[axis] = (signs >> axis & 1) != 0 ? -shape[axes[axis]] : shape[axes[axis]];
        images.back().push_back(at);
      }
    }
  } while (std::next_permutation(axes.begin(), axes.end()));
  return images;
}

/// The sites of one image at one place; those that stand there twice are gone.
Product product_at(const std::vector<Offset>& image, std::uint64_t site, const Extents& extents) {
  Product product;
  for (const Offset& at : image) {
    const std::uint64_t where = site_from(site, at, extents);
    const auto there = std::find(product.begin(), product.end(), where);
    there == product.end() ? product.push_back(where) : void(product.erase(there));
  }
  std::sort(product.begin(), product.end());
  return product;
}

/// Brute force: every image of the shape at every site, as sets of sites, each set once. `n_images` cuts the
/// list of images short: a fault.
Products products_of(const Operator& op, const Extents& extents, std::size_t n_images = 1000) {
  Products products;
  for (const auto& image : images_of(op, extents.size())) {
    if (n_images-- == 0) break;
    for (std::uint64_t site = 0; site < RowLattice(extents).n_sites(); ++site)
      if (const Product product = product_at(image, site, extents); !product.empty())
        products.push_back(product);
  }
  std::sort(products.begin(), products.end());
  products.erase(std::unique(products.begin(), products.end()), products.end());
  return products;
}

/// The same sum where no side is short: every product then comes as often as any other among all images.
std::int64_t sum_over_images(const Operator& op, const RowBits& spins, std::uint64_t n_products) {
  const auto images = images_of(op, spins.lattice().extents().size());
  std::int64_t sum = 0;
  for (const auto& image : images)
    for (std::uint64_t site = 0; site < spins.lattice().n_sites(); ++site) {
      int value = 1;
      for (const Offset& at : image) value *= spins.spin(site_from(site, at, spins.lattice().extents()));
      sum += value;
    }
  return sum / static_cast<std::int64_t>(images.size() * spins.lattice().n_sites() / n_products);
}

RowBits random_spins(const Extents& extents, std::uint64_t number) {
  RowBits spins((RowLattice(extents)));
  const rng::Generator g(72, rng::StreamId::test, 2);
  for (std::uint64_t r = 0; r < spins.lattice().n_rows(); ++r) {
    g.words(number, r * spins.lattice().words_per_row(), spins.row(r));
    spins.row(r).back() &= spins.lattice().last_mask();
  }
  return spins;
}

std::int64_t sum_of(const Products& products, const RowBits& spins) {
  std::int64_t sum = 0;
  for (const Product& product : products) {
    int value = 1;
    for (const std::uint64_t site : product) value *= spins.spin(site);
    sum += value;
  }
  return sum;
}

/// Number of linearly independent sums among the first k operators, k = 1, 2, ..., by elimination in doubles.
std::vector<std::size_t> ranks(const std::vector<Products>& sums) {
  std::map<Product, std::size_t> column;
  for (const auto& sum : sums)
    for (const Product& product : sum) column.emplace(product, column.size());
  std::vector<std::vector<double>> rows;
  std::vector<std::size_t> result;
  for (const auto& sum : sums) {
    std::vector<double> row(column.size(), 0.0);
    for (const Product& product : sum) row[column.at(product)] = 1;
    for (const auto& other : rows) { // orthogonal to each other
      double overlap = 0, norm = 0;
      for (std::size_t i = 0; i < row.size(); ++i) overlap += row[i] * other[i], norm += other[i] * other[i];
      for (std::size_t i = 0; i < row.size(); ++i) row[i] -= overlap / norm * other[i];
    }
    double left = 0;
    for (const double x : row) left += x * x;
    if (left > 1e-9) rows.push_back(row);
    result.push_back(rows.size());
  }
  return result;
}

const std::vector<Extents>& small_lattices() {
  static const std::vector<Extents> all = {
      {1},    {2},       {3},       {4},       {5},       {6},       {9},       {1, 1},    {2, 2},   {3, 3},
      {4, 4}, {5, 5},    {6, 6},    {8, 8},    {2, 4},    {4, 2},    {3, 6},    {4, 8},    {1, 5},   {7, 4},
      {2, 8}, {1, 1, 1}, {2, 2, 2}, {3, 3, 3}, {4, 4, 4}, {2, 3, 4}, {4, 2, 6}, {5, 5, 5}, {6, 4, 3}};
  return all;
}

} // namespace

TEST(Operators, AreThoseOfTheDocumentedLists) {
  EXPECT_EQ(even_operators(2).size(), 13U);
  EXPECT_EQ(odd_operators(2).size(), 5U);
  // Images of each shape on a lattice large enough to tell all apart: bonds of a site, and so on.
  const std::vector<std::uint64_t> even = {2, 2, 1, 2, 4, 2, 2, 4, 1, 4, 8, 4, 4}, odd = {1, 4, 2, 8, 4};
  const RowLattice lattice({16, 16});
  for (std::size_t i = 0; i < even.size(); ++i)
    EXPECT_EQ(n_products(even_operators(2)[i], lattice), 256 * even[i]) << even_operators(2)[i].name;
  for (std::size_t i = 0; i < odd.size(); ++i)
    EXPECT_EQ(n_products(odd_operators(2)[i], lattice), 256 * odd[i]) << odd_operators(2)[i].name;
  for (const int d : {1, 2, 3})
    for (const Operator& op : all_operators(d)) {
      const auto& list = op.is_even() ? even_operators(d) : odd_operators(d);
      EXPECT_EQ(std::count_if(list.begin(), list.end(), [&](const auto& o) { return o.name == op.name; }), 1);
      EXPECT_EQ(op.is_even(), op.sites.size() % 2 == 0);
    }
}

TEST(OperatorSums, AreThoseOfEveryProductOnce) {
  for (const Extents& extents : small_lattices()) {
    const auto operators = all_operators(static_cast<int>(extents.size()));
    OperatorSums sums(RowLattice(extents), operators);
    std::vector<Products> products;
    for (const Operator& op : operators) products.push_back(products_of(op, extents));
    std::vector<std::int64_t> measured(operators.size());
    for (std::uint64_t number = 0; number < 5; ++number) {
      const RowBits spins = random_spins(extents, number);
      sums.measure(spins, measured);
      for (std::size_t op = 0; op < operators.size(); ++op) {
        EXPECT_EQ(measured[op], sum_of(products[op], spins))
            << operators[op].name << testing::PrintToString(extents);
        EXPECT_EQ(sums.n_products(op), products[op].size());
      }
    }
  }
}

// Images that no translation turns into one another, at every site.
TEST(Operators, PlacesOfOneProductAreCounted) {
  for (const Extents& extents : small_lattices())
    for (const Operator& op : all_operators(static_cast<int>(extents.size()))) {
      std::set<std::vector<Offset>> shapes;
      for (auto image : images_of(op, extents.size())) {
        const Offset first = *std::min_element(image.begin(), image.end());
        for (Offset& site : image)
          for (std::size_t axis = 0; axis < site.size(); ++axis) site[axis] -= first[axis];
        std::sort(image.begin(), image.end());
        shapes.insert(image);
      }
      double n_places = 0;
      for (const auto& shape : shapes)
        for (std::uint64_t site = 0; site < RowLattice(extents).n_sites(); ++site)
          n_places += product_at(shape, site, extents).empty() ? 0 : 1;
      const auto n = static_cast<double>(products_of(op, extents).size());
      EXPECT_DOUBLE_EQ(places_per_product(op, RowLattice(extents)), n == 0 ? 1 : n_places / n)
          << op.name << testing::PrintToString(extents);
    }
  EXPECT_EQ(places_per_product(even_operators(2)[0], RowLattice({2, 2})), 2);
}

TEST(Operators, PlacesDifferWhereOneSideIsShortAndTheOtherLong) {
  const auto& even = even_operators(2);
  const auto differ = [&](std::size_t op, std::uint64_t across, std::uint64_t along) {
    return places_differ(even[op], RowLattice({across, along}));
  };
  EXPECT_TRUE(differ(0, 2, 4)); // nearest
  EXPECT_FALSE(differ(0, 2, 2));
  EXPECT_FALSE(differ(0, 4, 8));
  EXPECT_TRUE(differ(3, 4, 8)); // (2,0)
  EXPECT_FALSE(differ(3, 4, 4));
  EXPECT_FALSE(differ(3, 8, 16));
  EXPECT_TRUE(places_differ(even_operators(3)[0], RowLattice({2, 2, 4})));
}

TEST(OperatorSums, OfLongRowsAndManyWindows) {
  for (const Extents& extents : {Extents{200},
                                 {64},
                                 {65},
                                 {5000},
                                 {64, 64},
                                 {7, 65},
                                 {130, 197},
                                 {1100, 7},
                                 {9, 1000},
                                 {8, 7, 64},
                                 {9, 8, 70},
                                 {30, 9, 7},
                                 {7, 500, 8}}) {
    const auto operators = all_operators(static_cast<int>(extents.size()));
    OperatorSums sums(RowLattice(extents), operators);
    std::vector<std::int64_t> measured(operators.size());
    const RowBits spins = random_spins(extents, 17);
    sums.measure(spins, measured);
    for (std::size_t op = 0; op < operators.size(); ++op)
      EXPECT_EQ(measured[op], sum_over_images(operators[op], spins, sums.n_products(op)))
          << operators[op].name << testing::PrintToString(extents);
  }
}

TEST(OperatorSums, TheTestSeesAMissingImage) {
  const auto operators = all_operators(2);
  OperatorSums sums(RowLattice({6, 6}), operators);
  std::vector<std::int64_t> measured(operators.size());
  const RowBits spins = random_spins({6, 6}, 3);
  sums.measure(spins, measured);
  // One image is missing of the eight that a line with a corner has.
  EXPECT_NE(measured[10], sum_of(products_of(operators[10], {6, 6}, 7), spins));
}

TEST(IndependentOperators, AreThoseWhoseSumsAre) {
  for (const Extents& extents : small_lattices())
    for (const bool even : {true, false}) {
      const auto& operators = even ? even_operators(static_cast<int>(extents.size()))
                                   : odd_operators(static_cast<int>(extents.size()));
      std::vector<Products> products;
      for (const Operator& op : operators) products.push_back(products_of(op, extents));
      const auto rank = ranks(products);
      const auto independent = independent_operators(operators, RowLattice(extents));
      for (std::size_t op = 0; op < operators.size(); ++op)
        EXPECT_EQ(independent[op], rank[op] > (op == 0 ? 0 : rank[op - 1]))
            << operators[op].name << testing::PrintToString(extents);
    }
}

TEST(IndependentOperators, OnTheLastLevelsOfBlocking) {
  const auto names = [](const std::vector<Operator>& operators, const Extents& extents) {
    const auto independent = independent_operators(operators, RowLattice(extents));
    std::string all;
    for (std::size_t op = 0; op < operators.size(); ++op)
      if (independent[op]) all += operators[op].name + " ";
    return all;
  };
  const auto& even = even_operators(2);
  EXPECT_EQ(names(even, {1, 1}), "");
  EXPECT_EQ(names(even, {2, 2}), "nearest diagonal plaquette ");
  EXPECT_EQ(names(odd_operators(2), {1, 1}), "spin ");
  EXPECT_EQ(names(odd_operators(2), {2, 2}), "spin three_corner ");
  EXPECT_EQ(names(even, {3, 3}), "nearest diagonal plaquette four_diamond four_t four_z four_arrow ");
  EXPECT_EQ(names(odd_operators(2), {3, 3}), "spin three_corner three_line three_bent ");
  std::string all, of_four; // on four sites a side all but two
  for (const Operator& op : even) {
    all += op.name + " ";
    if (op.name != "pair_3_0" && op.name != "pair_3_1") of_four += op.name + " ";
  }
  EXPECT_EQ(names(even, {4, 4}), of_four);
  EXPECT_EQ(names(even, {5, 5}), of_four);
  for (const std::uint64_t side : {6, 7, 8}) EXPECT_EQ(names(even, {side, side}), all);
  EXPECT_EQ(names(odd_operators(2), {4, 4}), "spin three_corner three_line three_bent three_vee ");
  EXPECT_THROW(even_operators(4), Error);
}

} // namespace blockspin::ising
