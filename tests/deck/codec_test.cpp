// Strict reading: what is taken, and above all what is refused.

#include "blockspin/deck/codec.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace blockspin::deck {

enum class Colour { red, green };
std::vector<std::string> choice_names(Colour) { return {"red", "green"}; }

namespace {

template <class T>
void refused(const std::string& text, const std::string& reason) {
  try {
    Codec<T>::parse(text);
    FAIL() << "'" << text << "' was taken";
  } catch (const BadValue& bad) {
    EXPECT_NE(bad.what.find(reason), std::string::npos) << bad.what;
    EXPECT_FALSE(bad.allowed.empty()) << text;
  }
}

TEST(Codec, WholeNumbers) {
  EXPECT_EQ(Codec<std::uint64_t>::parse("18446744073709551615"), 18446744073709551615ull);
  EXPECT_EQ(Codec<std::int32_t>::parse("-7"), -7);
  refused<std::uint64_t>("18446744073709551616", "out of range");
  refused<std::uint64_t>("-1", "negative");
  refused<std::uint64_t>("-0", "negative");
  refused<std::uint64_t>("+1", "not a whole number");
  refused<std::uint64_t>("1.0", "not a whole number");
  refused<std::uint64_t>("1e3", "not a whole number");
  refused<std::uint64_t>("0x10", "not a whole number");
  refused<std::uint64_t>("12 apples", "not a whole number");
  refused<std::uint32_t>("4294967296", "out of range");
  refused<std::int32_t>("3000000000", "out of range");
}

TEST(Codec, Numbers) {
  EXPECT_EQ(Codec<double>::parse("1e-4"), 1e-4);
  EXPECT_EQ(Codec<double>::parse("-.5"), -0.5);
  EXPECT_EQ(Codec<double>::text(Codec<double>::parse("-0")), "0");
  EXPECT_EQ(Codec<Temperatures>::text(Codec<Temperatures>::parse("-0, 1")), "0, 1");
  refused<double>("1e400", "out of range");
  refused<double>("inf", "not finite");
  refused<double>("nan", "not finite");
  refused<double>("1,5", "not a number");
  refused<double>("1d-4", "not a number");
  refused<double>("--1", "not a number");
}

TEST(Codec, SwitchesAndChoices) {
  EXPECT_TRUE(Codec<bool>::parse("on"));
  EXPECT_FALSE(Codec<bool>::parse("off"));
  refused<bool>("true", "neither on nor off");
  refused<bool>("On", "neither on nor off");
  EXPECT_EQ(Codec<Colour>::parse("green"), Colour::green);
  refused<Colour>("gren", "unknown");
  refused<Colour>("gree", "unknown"); // a prefix is not a match
}

TEST(Codec, Ranges) {
  const auto values = Codec<std::vector<double>>::parse("0:6:0.25");
  ASSERT_EQ(values.size(), 25u);
  EXPECT_EQ(values.back(), 6.0);
  EXPECT_EQ(Codec<std::vector<std::uint64_t>>::parse("16, 32:64:16"),
            (std::vector<std::uint64_t>{16, 32, 48, 64}));
  EXPECT_EQ(Codec<std::vector<double>>::parse("0:0.3:0.1")[3], 0.3); // not 0 + 3 * 0.1
  EXPECT_EQ(Codec<std::vector<double>>::parse("0.05:2.05:0.1")[13], 1.35);
  EXPECT_EQ(Codec<std::vector<double>>::parse("1e-3:3e-3:1e-3").back(), 1e-3 + 2 * 1e-3);
  refused<std::vector<double>>("0:1:0.3", "does not divide");
  refused<std::vector<double>>("1:0:0.5", "not a range");
  refused<std::vector<double>>("0:1:-0.5", "not a range");
  refused<std::vector<double>>("0:1:0", "not a range");
  refused<std::vector<double>>("0:1", "not a range");
  refused<std::vector<double>>("0:1e9:1e-9", "million");
  refused<std::vector<double>>("1,,2", "empty element");
  refused<std::vector<double>>("1,2,", "empty element");
  refused<std::vector<std::uint64_t>>("1:10:2", "does not divide");
}

TEST(Codec, TemperaturesIncrease) {
  const auto all = Codec<Temperatures>::parse("0, 1:2:0.5, inf").values;
  EXPECT_EQ(all, (std::vector<double>{0, 1, 1.5, 2, INFINITY}));
  EXPECT_EQ(find_temperature(all, 1.5 + 5e-10), 2u);
  EXPECT_EQ(find_temperature(all, 1.5 + 5e-9), all.size());
  EXPECT_EQ(find_temperature(all, INFINITY), 4u);
  refused<Temperatures>("-1, 2", "negative");
  refused<Temperatures>("1e-320, 2", "out of range");
  refused<Temperatures>("2, 1e300", "out of range");
  refused<Temperatures>("2, 1", "follows");
  refused<Temperatures>("1, 1", "follows");
  refused<Temperatures>("1, nan", "not finite");
}

TEST(Codec, ExtentsAndAuto) {
  EXPECT_EQ(Codec<Extents>::parse("32x16").values, (std::vector<std::uint64_t>{32, 16}));
  refused<Extents>("32x", "not a whole number");
  refused<Extents>("0x4", "extent of 0");
  refused<Extents>("100000000x100000000", "out of range");
  EXPECT_EQ(Codec<std::optional<double>>::parse("auto"), std::nullopt);
  EXPECT_EQ(Codec<std::optional<double>>::parse("3"), 3.0);
  refused<std::optional<double>>("automatic", "not a number");
}

TEST(Codec, QuotationMarksAroundATextAreNoPartOfIt) {
  EXPECT_EQ(Codec<std::string>::parse("\"a b.h5\""), "a b.h5");
  EXPECT_EQ(Codec<std::string>::parse("a \"b\" c"), "a \"b\" c");
  EXPECT_EQ(Codec<std::string>::parse("\"\""), "");
  refused<std::string>("\"a", "at one end only");
  refused<std::string>("\"", "at one end only");
}

TEST(Codec, TextReadsBack) {
  const Temperatures temperatures{{0, 0.1, 2.269185314213022, INFINITY}};
  EXPECT_EQ(Codec<Temperatures>::parse(Codec<Temperatures>::text(temperatures)), temperatures);
  const std::vector<double> numbers{1e-4, 1.0 / 3.0, 6.02e23};
  EXPECT_EQ(Codec<std::vector<double>>::parse(Codec<std::vector<double>>::text(numbers)), numbers);
}

} // namespace
} // namespace blockspin::deck
