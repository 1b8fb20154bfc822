// What reaches a terminal: text stays, and nothing can move the cursor or begin a line.

#include "blockspin/base/printable.hpp"

#include <gtest/gtest.h>

namespace blockspin {
namespace {

TEST(Printable, TextStays) {
  for (const std::string text :
       {"", "a b", "T = 2.27", "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", "back\\slash"})
    EXPECT_EQ(text, printable(text));
}

TEST(Printable, ControlCharactersAreWritten) {
  EXPECT_EQ("\\x1b[31mred", printable("\x1b[31mred"));
  EXPECT_EQ("a\\x0ablockspin: done", printable("a\nblockspin: done"));
  EXPECT_EQ("a\nb\\x0d", printable("a\nb\r", "\n"));
  EXPECT_EQ("\\x7f\\x00", printable(std::string_view("\x7f\0", 2)));
  EXPECT_EQ("\\xc2\\x9b31m", printable("\xc2\x9b"
                                       "31m")); // CSI in one character
}

TEST(Printable, BytesThatAreNoUtf8AreWritten) {
  EXPECT_EQ("\\xff", printable("\xff"));
  EXPECT_EQ("\\xc3x", printable("\xc3x"));
  EXPECT_EQ("\\xe2\\x82", printable("\xe2\x82"));
  EXPECT_EQ("\\xc0\\xaf", printable("\xc0\xaf"));                   // overlong
  EXPECT_EQ("\\xed\\xa0\\x80", printable("\xed\xa0\x80"));          // a surrogate
  EXPECT_EQ("\\xf4\\x90\\x80\\x80", printable("\xf4\x90\x80\x80")); // beyond Unicode
}

} // namespace
} // namespace blockspin
