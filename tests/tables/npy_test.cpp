// numpy's format, written here byte by byte: every version and type is read, and a header that does not fit is refused.

#include <cstring>
#include <fstream>
#include <limits>

#include <gtest/gtest.h>

#include "blockspin/tables/table.hpp"
#include "support/scratch.hpp"
#include "support/world.hpp"

namespace blockspin::tables {
namespace {

std::string header(int version, const std::string& type, const std::string& shape,
                   const std::string& order = "False") {
  const std::string dictionary =
      "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
  std::string bytes = "\x93NUMPY";
  bytes += {static_cast<char>(version), '\0'};
  const auto n = static_cast<std::uint32_t>(dictionary.size());
  bytes.append(reinterpret_cast<const char*>(&n), version == 1 ? 2 : 4); // little-endian, as this machine
  return bytes + dictionary;
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

class Npy : public testing::Test {
protected:
  std::unique_ptr<Table> open(const std::string& bytes) {
    std::ofstream(scratch_.file("a.npy"), std::ios::binary) << bytes;
    return open_table(test_world(), scratch_.file("a.npy"), "");
  }
  std::vector<double> rows(const Table& table, std::size_t n_leading, std::uint64_t first, std::uint64_t n,
                           std::size_t n_values) {
    std::vector<double> values(n_values);
    table.read(n_leading, first, n, values);
    return values;
  }
  void refused(const std::string& bytes) { EXPECT_THROW(open(bytes), Error) << bytes; }

  ScratchFolder scratch_{test_world()};
};

TEST_F(Npy, EveryVersion) {
  for (const int version : {1, 2, 3}) {
    const auto table = open(header(version, "|i1", "(3, 2)") + bytes_of<std::int8_t>({1, -1, -1, 1, 0, 7}));
    EXPECT_EQ((std::vector<std::uint64_t>{3, 2}), table->extent());
    EXPECT_EQ((std::vector<double>{-1, 1, 0, 7}), rows(*table, 1, 1, 2, 4));
  }
}

TEST_F(Npy, EveryType) {
  const std::vector<double> expected{0, 1, 1};
  EXPECT_EQ(expected,
            rows(*open(header(1, "|b1", "(3, 1)") + bytes_of<std::uint8_t>({0, 1, 1})), 1, 0, 3, 3));
  EXPECT_EQ(expected,
            rows(*open(header(1, "|u1", "(3, 1)") + bytes_of<std::uint8_t>({0, 1, 1})), 1, 0, 3, 3));
  EXPECT_EQ(expected,
            rows(*open(header(1, "<i2", "(3, 1)") + bytes_of<std::int16_t>({0, 1, 1})), 1, 0, 3, 3));
  EXPECT_EQ(expected,
            rows(*open(header(1, "<i8", "(3, 1)") + bytes_of<std::int64_t>({0, 1, 1})), 1, 0, 3, 3));
  EXPECT_EQ(expected, rows(*open(header(1, "<f4", "(3, 1)") + bytes_of<float>({0, 1, 1})), 1, 0, 3, 3));
  EXPECT_EQ(expected, rows(*open(header(1, "<f8", "(3, 1)") + bytes_of<double>({0, 1, 1})), 1, 0, 3, 3));
}

TEST_F(Npy, TwoLeadingAxesCountAsOne) {
  const auto table = open(header(1, "|i1", "(2, 2, 2)") + bytes_of<std::int8_t>({1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ((std::vector<double>{3, 4, 5, 6}), rows(*table, 2, 1, 2, 4));
  EXPECT_EQ((std::vector<double>{5, 6, 7, 8}), rows(*table, 1, 1, 1, 4));
}

TEST_F(Npy, HeadersThatLie) {
  const std::string six = bytes_of<std::int8_t>({1, 1, 1, 1, 1, 1});
  refused(header(1, "|i1", "(3, 3)") + six);
  refused(header(1, "|i1", "(3, 1)") + six);
  refused(header(1, "|i1", "(18446744073709551615, 18446744073709551615)") + six);
  refused(header(1, "|i1", "(-3, -2)") + six);
  refused(header(1, "|i1", "(3, 2") + six);
  refused(header(1, "|i1", "()") + six);
  refused(header(1, ">i2", "(3, 1)") + six);
  refused(header(1, "<c8", "(3, 1)") + six);
  refused(header(1, "|O", "(3, 2)") + six);
  refused(header(1, "|i1", "(3, 2)", "True") + six);
  refused(header(4, "|i1", "(3, 2)") + six);
  refused(header(1, "|i1", "(3, 2)").substr(0, 20));
  std::string endless = header(2, "|i1", "(3, 2)") + six;
  std::memset(endless.data() + 8, 0xff, 4); // a header of 4 GiB
  refused(endless);
}

} // namespace
} // namespace blockspin::tables
