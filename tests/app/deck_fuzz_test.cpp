// Thousands of damaged decks: each is read to its end, with problems or without; none crashes, hangs or
// escapes as anything but a deck error. What is taken reads back as itself.
// BLOCKSPIN_FUZZ_DECKS=100000 test_app_deck_fuzz is the long version; the sanitize preset is the strict one.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "blockspin/app/kinds.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/read_plan.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::campaign {
namespace {

std::vector<std::string> decks_in(const char* folder) {
  std::vector<std::string> texts;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".ini") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    texts.push_back(text.str());
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

/// One damaged deck after another, each a function of its number.
class Mutator {
public:
  Mutator(std::vector<std::string> good, std::vector<std::string> bad)
      : good_(std::move(good)), bad_(std::move(bad)) {
    for (const auto* texts : {&good_, &bad_})
      for (const std::string& text : *texts)
        for (const std::string& line : split(text, '\n')) lines_.push_back(line);
  }

  std::string deck(std::uint64_t number) {
    number_ = number;
    index_ = 0;
    const auto& texts = draw(8) > 0 ? good_ : bad_;
    std::string text = texts[draw(texts.size())];
    for (std::uint64_t n = 1 + draw(4); n > 0; --n) damage(text);
    return text;
  }

  std::uint64_t draw(std::uint64_t below) {
    return random_.below(number_, index_++, std::max<std::uint64_t>(below, 1));
  }

private:
  void damage(std::string& text) {
    static const std::vector<std::string> values = {"-1",
                                                    "0",
                                                    "1e999",
                                                    "nan",
                                                    "inf",
                                                    "auto",
                                                    "18446744073709551616",
                                                    "0:6:0.25",
                                                    "0:1e300:1e-300",
                                                    "::",
                                                    "1:2",
                                                    ",",
                                                    "x",
                                                    "9x9x9x9",
                                                    "on",
                                                    "off",
                                                    "up",
                                                    "random",
                                                    "main",
                                                    "\xff\xfe",
                                                    std::string(5000, '9'),
                                                    "layer_1.l1",
                                                    "=",
                                                    "[",
                                                    "]",
                                                    ""};
    const std::uint64_t at = draw(text.size() + 1);
    switch (draw(8)) {
    case 0: text.insert(at, 1, static_cast<char>(draw(256))); break;
    case 1: text.erase(at, 1 + draw(20)); break;
    case 2: text.resize(at); break;
    case 3: text.insert(at, "\n" + lines_[draw(lines_.size())] + "\n"); break;
    case 4: text.insert(at, values[draw(values.size())]); break;
    case 5: text += text.substr(at); break;
    default: replace_value(text, at, values[draw(values.size())]);
    }
  }
  /// The value of the first key after `at`.
  static void replace_value(std::string& text, std::uint64_t at, const std::string& value) {
    const auto equals = text.find('=', at);
    if (equals == std::string::npos) return;
    const auto end = std::min(text.find('\n', equals), text.size());
    text.replace(equals + 1, end - equals - 1, value);
  }

  std::vector<std::string> good_, bad_, lines_;
  rng::Generator random_{1, rng::StreamId::test, rng::instance_number("deck_fuzz")};
  std::uint64_t number_ = 0, index_ = 0;
};

std::string resolved(const Plan& plan) {
  std::string text;
  for (const auto& stage : plan.stages) {
    text += "[" + stage->kind() + "." + stage->name() + "]\n";
    for (const auto& value : stage->values())
      if (!value.text.empty()) text += value.key + " = " + value.text + "\n";
  }
  return text;
}

/// Reads one deck as the program would; its plan's text where nothing is wrong with it.
std::string read(const std::string& text) {
  deck::Problems problems;
  deck::Document document = deck::parse("fuzz.ini", text, problems);
  static const auto kinds = app::stage_kinds();
  const Plan plan = read_plan(document, kinds, 4, problems);
  if (problems.empty()) check_references(plan, problems);
  for (const auto& stage : plan.stages)
    if (problems.empty()) stage->estimate(plan, 4);
  for (const deck::Problem& problem : problems.all()) EXPECT_FALSE(problem.what.empty());
  return problems.empty() ? resolved(plan) : std::string();
}

TEST(DeckFuzz, DamagedDecksAreReadToTheirEnd) {
  const char* const wanted = std::getenv("BLOCKSPIN_FUZZ_DECKS");
  const std::uint64_t n = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 2000;
  Mutator mutator(decks_in(GOOD_DECKS), decks_in(BAD_DECKS));
  std::uint64_t n_taken = 0;
  for (std::uint64_t number = 0; number < n; ++number) {
    const std::string text = mutator.deck(number);
    try {
      const std::string taken = read(text);
      if (taken.empty()) continue;
      ++n_taken;
      const std::string settings = "[campaign]\narchive = a.h5\nseed = 1\n";
      deck::Problems problems;
      const auto again = deck::parse("again.ini", settings + taken, problems);
      EXPECT_TRUE(problems.empty()) << number << "\n" << taken;
    } catch (const std::exception& escaped) {
      ADD_FAILURE() << "deck " << number << ": " << escaped.what() << "\n" << text;
    }
  }
  // Were everything refused, or everything taken, the damage would test nothing.
  EXPECT_GT(n_taken, n / 100);
  EXPECT_LT(n_taken, n / 2);
}

} // namespace
} // namespace blockspin::campaign
