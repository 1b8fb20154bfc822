// Text files: every line that holds a row is found once, by whichever rank its part of the file falls to.

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "blockspin/tables/table.hpp"
#include "support/scratch.hpp"
#include "support/world.hpp"
#include "text.hpp"

namespace blockspin::tables {
namespace {

/// Writes on the root; every rank may read it afterwards.
std::string written(const ScratchFolder& scratch, const std::string& name, const std::string& text) {
  if (test_world().is_root()) std::ofstream(scratch.file(name)) << text;
  test_world().barrier();
  return scratch.file(name);
}

/// Beginnings of lines with rows, by reading line after line.
std::vector<std::uint64_t> plain_rows(const std::string& text) {
  std::vector<std::uint64_t> rows;
  std::istringstream lines(text);
  std::uint64_t offset = 0;
  for (std::string line; std::getline(lines, line); offset += line.size() + 1)
    if (const auto at = line.find_first_not_of(" \t\r,"); at != std::string::npos && line[at] != '#')
      rows.push_back(offset);
  return rows;
}

TEST(TextTable, FindsEveryRowOnEveryRank) {
  const ScratchFolder scratch(test_world());
  const std::vector<std::string> lines{"", "1 2", "# a comment", "  \t", "-1,1\r", "   # 1", "0 1  ", "1"};
  std::uint64_t state = 12345;
  for (int trial = 0; trial < 40; ++trial) {
    std::string text;
    for (int i = 0; i < trial; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      text += lines[(state >> 33) % lines.size()] + (i + 1 < trial || trial % 2 == 0 ? "\n" : "");
    }
    EXPECT_EQ(plain_rows(text), find_rows(test_world(), written(scratch, "rows.txt", text))) << text;
    test_world().barrier();
  }
}

TEST(TextTable, ReadsAnyRows) {
  const ScratchFolder scratch(test_world());
  const auto table = open_table(
      test_world(),
      written(scratch, "t.txt", "# spins\n1 -1 +1\r\n\n-1,\t1 1e0\n 0.5 inf nan # no comment here"), "");
  EXPECT_EQ((std::vector<std::uint64_t>{3, 3}), table->extent());
  std::vector<double> values(6);
  table->read(1, 0, 2, values);
  EXPECT_EQ((std::vector<double>{1, -1, 1, -1, 1, 1}), values);
  values.resize(3);
  table->read(1, 2, 1, values);
  EXPECT_EQ(0.5, values[0]);
  table->read(1, 1, 1, values);
  EXPECT_EQ((std::vector<double>{-1, 1, 1}), values);
}

TEST(TextTable, NamesTheRowThatIsNone) {
  const ScratchFolder scratch(test_world());
  for (const std::string bad : {"1 1 1", "1", "1 x", "1 +-1", "1 1.2.3", "1 --1", "1 0x1"}) {
    const auto table =
        open_table(test_world(), written(scratch, "bad.txt", "1 1\n1 1\n" + bad + "\n1 1\n"), "");
    std::vector<double> values(8);
    try {
      table->read(1, 0, 4, values);
      ADD_FAILURE() << bad;
    } catch (const BadRow& row) {
      EXPECT_EQ(2U, row.row()) << bad;
    }
    table->read(1, 3, 1, std::span(values).first(2)); // the others can be read
    test_world().barrier();
  }
}

} // namespace
} // namespace blockspin::tables
