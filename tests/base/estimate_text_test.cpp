// Numbers with errors as papers print them.

#include "blockspin/base/estimate_text.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace blockspin {
namespace {

TEST(EstimateText, ErrorInUnitsOfTheLastDigit) {
  EXPECT_EQ("27.1(3)", estimate_text(27.123, 0.31));
  EXPECT_EQ("27.12(13)", estimate_text(27.123, 0.13));
  EXPECT_EQ("-2.371(8)", estimate_text(-2.3709, 0.0078));
  EXPECT_EQ("1.20(2)", estimate_text(1.2, 0.0196));
  EXPECT_EQ("160(3)", estimate_text(160.2, 3.1));
  EXPECT_EQ("1602(31)", estimate_text(1602, 31));
}

TEST(EstimateText, NoErrorNoBrackets) {
  EXPECT_EQ("2.269", estimate_text(2.269185, 0));
  EXPECT_EQ("2.269", estimate_text(2.269185, std::numeric_limits<double>::quiet_NaN()));
  EXPECT_EQ("nan", estimate_text(std::numeric_limits<double>::quiet_NaN(), 1));
  EXPECT_EQ("inf", estimate_text(std::numeric_limits<double>::infinity(), 0.1));
}

} // namespace
} // namespace blockspin
