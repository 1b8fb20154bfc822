// Sections, keys and places; everything wrong is found in one reading.

#include "blockspin/deck/document.hpp"

#include <gtest/gtest.h>

#include "blockspin/base/error.hpp"
#include "blockspin/deck/rewrite.hpp"

namespace blockspin::deck {
namespace {

TEST(Document, PlacesAndNames) {
  Problems problems;
  const auto document =
      parse("d.ini", "\xEF\xBB\xBF# a deck\r\n[model]\r\nlattice = 4x4 # small\n\n[rbm.a-1]\nlayer_2.l1=3\n",
            problems);
  EXPECT_TRUE(problems.empty());
  ASSERT_EQ(document.sections.size(), 2u);
  const Entry* lattice = document.find("model", "main")->find("lattice");
  EXPECT_EQ(lattice->value, "4x4");
  EXPECT_EQ(lattice->place.text(), "d.ini:3");
  EXPECT_EQ(document.find("rbm", "a-1")->find("layer_2.l1")->value, "3");
  EXPECT_EQ(document.sections[1].label(), "rbm.a-1");
}

TEST(Document, EveryProblemInOneReading) {
  Problems problems;
  parse("d.ini",
        "x = 1\n[a]\nk = 1\nk = 2\nnonsense\n[a]\nlost = 1\n[b.c.d]\nlost = 1\n[b\n\x01\n[e]\nbad key = 1\n",
        problems);
  std::vector<int> lines;
  for (const Problem& problem : problems.all()) lines.push_back(problem.place.line);
  EXPECT_EQ(lines, (std::vector<int>{1, 4, 5, 6, 8, 10, 11, 13}));
  try {
    problems.throw_if_any();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), 3);
    EXPECT_NE(error.message().find("d.ini:4: a.k: stands twice; first at line 3"), std::string::npos)
        << error.message();
  }
}

TEST(Document, EmptyAndStrangeTextsAreNoCrash) {
  for (const std::string& text : {std::string(), std::string("\n\n"), std::string("#"), std::string("[]"),
                                  std::string("="), std::string("[a]\n="), std::string("[a]\nk=")}) {
    Problems problems;
    parse("d.ini", text, problems);
  }
}

TEST(Overrides, ReplaceAddAndCreate) {
  Problems problems;
  auto document = parse("d.ini", "[sample]\nn = 1\n[rbm.deep]\n", problems);
  const std::vector<std::string> always{"parallel"};
  const std::vector<std::string> options{"sample.n=2", "sample.main.n = 3", "rbm.deep.layer_2.l1=4",
                                         "parallel.domains=1x2", "sample.layer_1.x=a=b"};
  apply_overrides(document, options, always, problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(document.find("sample", "main")->find("n")->value, "3");
  EXPECT_EQ(document.find("sample", "main")->find("n")->place.text(), "--set");
  EXPECT_EQ(document.find("sample", "main")->find("layer_1.x")->value, "a=b");
  EXPECT_EQ(document.find("rbm", "deep")->find("layer_2.l1")->value, "4");
  EXPECT_EQ(document.find("parallel", "main")->find("domains")->value, "1x2");
  apply_overrides(document, std::vector<std::string>{"sampel.n=1"}, always, problems);
  ASSERT_EQ(problems.all().size(), 1u);
  EXPECT_EQ(problems.all()[0].nearest, "sample");
  for (const std::string bad : {"sample.n", "sample=1", ".n=1", "sample.=1", ""})
    EXPECT_THROW(apply_overrides(document, std::vector<std::string>{bad}, always, problems), Error) << bad;
}

TEST(Rewritten, OtherValuesInTheSameText) {
  Problems problems;
  const auto before =
      parse("d.ini", "\xEF\xBB\xBF[sample] # all\r\n  n = 1\t# one\nm=a#b\n[rbm]\nk = 2", problems);
  auto changed = before;
  const std::vector<std::string> always{"parallel"};
  apply_overrides(changed,
                  std::vector<std::string>{"sample.n=3", "sample.m=c", "sample.x=4", "parallel.domains=2"},
                  always, problems);
  EXPECT_EQ(rewritten(before, before), "[sample] # all\r\n  n = 1\t# one\nm=a#b\n[rbm]\nk = 2\n");
  EXPECT_EQ(rewritten(before, changed),
            "[parallel]\ndomains = 2\n[sample] # all\r\nx = 4\nn = 3\t# one\nm = c#b\n[rbm]\nk = 2\n");
}

} // namespace
} // namespace blockspin::deck
