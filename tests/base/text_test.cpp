#include <gtest/gtest.h>

#include "blockspin/base/text.hpp"

using namespace blockspin;

TEST(Nearest, FindsSlipsAndRefusesStrangers) {
  const std::vector<std::string> keys = {"temperatures", "configurations", "update"};
  EXPECT_EQ(nearest("temperature", keys), "temperatures");
  EXPECT_EQ(nearest("configuratoins", keys), "configurations");
  EXPECT_EQ(nearest("banana", keys), "");
}

TEST(Split, TrimsPiecesAndKeepsEmptyOnes) {
  EXPECT_EQ(split(" a , b,,c ", ','), (std::vector<std::string>{"a", "b", "", "c"}));
  EXPECT_TRUE(split("   ", ',').empty());
}

TEST(Format, QuantitiesReadWell) {
  EXPECT_EQ(counted(0, "rank"), "0 ranks");
  EXPECT_EQ(counted(1, "rank"), "1 rank");
  EXPECT_EQ(counted(12, "rank"), "12 ranks");
  EXPECT_EQ(format_bytes(1536), "1.50 KiB");
  EXPECT_EQ(format_seconds(245), "4 min 05 s");
  EXPECT_EQ(format_number(0.1), "0.1");
}
