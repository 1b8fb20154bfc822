// Scans: one section, many instances; references follow all of them, together where they come from one scan.

#include <gtest/gtest.h>

#include "blockspin/base/error.hpp"
#include "blockspin/campaign/read_plan.hpp"

namespace blockspin::campaign {
namespace {

struct MachineDeck {
  std::uint64_t seeds = 1;
  std::uint64_t hidden = 0;
  std::vector<std::uint64_t> hidden_scan;
};

class MachineStage : public StageOf<MachineDeck> {
public:
  static constexpr const char* provides = "machine";
  using StageOf::StageOf;
  static std::vector<archive::Row> rows() { return {}; }
  static const deck::Schema<MachineDeck>& schema() {
    using deck::field;
    static const deck::Schema<MachineDeck> all(
        "machine", "", field("seeds", &MachineDeck::seeds, "").counts_copies("s"),
        field("hidden", &MachineDeck::hidden, "").required(),
        field("hidden_scan", &MachineDeck::hidden_scan, "").scans("hidden", "h"));
    return all;
  }
  void run(Context&) override {}
};

struct WalkDeck {
  std::string machine, reader = "main";
};

class WalkStage : public StageOf<WalkDeck> {
public:
  using StageOf::StageOf;
  static std::vector<archive::Row> rows() { return {}; }
  static const deck::Schema<WalkDeck>& schema() {
    using deck::field;
    static const deck::Schema<WalkDeck> all(
        "walk", "", field("machine", &WalkDeck::machine, "").required().refers_to("machine"),
        field("reader", &WalkDeck::reader, "").refers_to("machine"));
    return all;
  }
  void run(Context&) override {}
};

class Expand : public testing::Test {
protected:
  /// Instances with the values of their keys: "machine.a_s1 hidden=4".
  static std::vector<std::string> plan_of(const std::string& body) {
    deck::Problems problems;
    const auto document = deck::parse(
        "d.ini", "[campaign]\narchive = a.h5\nseed = 1\n[model]\nlattice = 4x4\n" + body, problems);
    const std::vector<Kind> kinds{kind_of<MachineStage>(), kind_of<WalkStage>()};
    const Plan plan = read_plan(document, kinds, 1, problems);
    check_references(plan, problems);
    std::vector<std::string> texts;
    for (const deck::Problem& problem : problems.all()) texts.push_back(problem.text());
    for (const auto& stage : plan.stages) {
      const auto& values = stage->values();
      texts.push_back(stage->label() + (stage->kind() == "walk" ? " " + deck::text_of(values, "machine") +
                                                                      " " + deck::text_of(values, "reader")
                                                                : " " + deck::text_of(values, "hidden")));
    }
    return texts;
  }
};

using Lines = std::vector<std::string>;

TEST_F(Expand, SeedsAndScansMultiply) {
  EXPECT_EQ(plan_of("[machine.a]\nhidden_scan = 4, 8\nseeds = 2\n"),
            (Lines{"machine.a_h4_s1 4", "machine.a_h8_s1 8", "machine.a_h4_s2 4", "machine.a_h8_s2 8"}));
}

TEST_F(Expand, ReferencesFollow) {
  EXPECT_EQ(plan_of("[machine]\nhidden = 2\n[machine.a]\nhidden = 4\nseeds = 2\n[walk.w]\nmachine = a\n"),
            (Lines{"machine.main 2", "machine.a_s1 4", "machine.a_s2 4", "walk.w_s1 a_s1 main",
                   "walk.w_s2 a_s2 main"}));
}

TEST_F(Expand, OneScanIsFollowedTogetherTwoMultiply) {
  EXPECT_EQ(plan_of("[machine.a]\nhidden = 4\nseeds = 2\n[walk]\nmachine = a\nreader = a\n").size(), 4u);
  EXPECT_EQ(plan_of("[machine.a]\nhidden = 4\nseeds = 2\n[machine.b]\nhidden = 4\nseeds = 3\n"
                    "[walk]\nmachine = a\nreader = b\n")
                .size(),
            5u + 6u);
}

TEST_F(Expand, ReferencesToOneInstance) {
  EXPECT_EQ(plan_of("[machine.a]\nhidden = 4\nseeds = 2\n[walk]\nmachine = a_s2\nreader = a_s1\n").back(),
            "walk.main a_s2 a_s1");
}

TEST_F(Expand, WhatIsWrongIsSaidOnce) {
  EXPECT_EQ(plan_of("[machine.a]\nhidden = 4\nhidden_scan = 4, 8\n").front(),
            "d.ini:8: machine.a.hidden_scan: and hidden exclude each other");
  EXPECT_EQ(plan_of("[machine.a]\nseeds = 2\n").front().substr(0, 38),
            "d.ini:6: machine.a_s1.hidden: is requi");
  EXPECT_EQ(plan_of("[machine.a]\nhidden = 4\nseeds = -2\n").front().substr(0, 26),
            "d.ini:8: machine.a.seeds: ");
  EXPECT_EQ(plan_of("[machine.a]\nhidden_scan = 4, 8, 4\n").front().substr(0, 38),
            "d.ini:6: [machine.a_h4]: stands twice,");
  EXPECT_EQ(plan_of("[machine.a_s2]\nhidden = 4\n[machine.a]\nhidden = 4\nseeds = 2\n").front().substr(0, 38),
            "d.ini:8: [machine.a_s2]: stands twice,");
}

} // namespace
} // namespace blockspin::campaign
