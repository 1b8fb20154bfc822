// The examples in the comments of campaign/stage.hpp and deck/schema.hpp compile, and make one stage together.
// stage_example.inc and schema_example.inc are those lines of the comments.

#include <gtest/gtest.h>

#include "blockspin/campaign/kind.hpp"

namespace blockspin {
namespace {

#include "stage_example.inc"

const deck::Schema<FlowDeck>& FlowStage::schema() {
  using namespace deck;
#include "schema_example.inc"
  return schema;
}
std::vector<archive::Row> FlowStage::rows() { return {}; }
std::vector<rng::StreamId> FlowStage::streams() { return {rng::StreamId::test}; }
void FlowStage::run(campaign::Context&) {}

/// The stage of a deck's only section, or null; problems go to `problems`.
std::unique_ptr<campaign::Stage> stage_of(const std::string& deck, deck::Problems& problems) {
  const auto document = deck::parse("d.ini", deck, problems);
  return campaign::kind_of<FlowStage>().make(document.sections.front(), problems);
}

TEST(HeaderExamples, MakeAStageThatReadsItsKeys) {
  deck::Problems problems;
  const auto stage = stage_of("[flow.f]\nrbm = A\n", problems);
  ASSERT_TRUE(problems.empty());
  EXPECT_EQ(stage->group(), "/flow/f");
  EXPECT_EQ(deck::text_of(stage->values(), "rbm"), "A");
  EXPECT_EQ(deck::text_of(stage->values(), "walkers"), "1000");
}

TEST(HeaderExamples, RefuseWhatTheirChecksForbid) {
  deck::Problems problems;
  stage_of("[flow]\nwalkers = 0\n", problems);
  ASSERT_EQ(problems.all().size(), 2u);
  EXPECT_EQ(problems.all()[0].text(),
            "d.ini:2: flow.walkers: '0' is out of range; allowed: a whole number, >= 1");
  EXPECT_EQ(problems.all()[1].text().substr(0, 42), "d.ini:1: flow.rbm: is required and missing");
}

TEST(HeaderExamples, DeclareWhatTheKindKnows) {
  const campaign::Kind kind = campaign::kind_of<FlowStage>();
  EXPECT_TRUE(kind.rows.empty());
  EXPECT_EQ(kind.streams, std::vector{rng::StreamId::test});
}

TEST(HeaderExamples, ReferToWhatAStageProvides) {
  const auto keys = FlowStage::schema().keys();
  ASSERT_EQ(keys.front().name, "rbm");
  EXPECT_EQ(keys.front().refers_to, "machine"); // as RbmStage::provides has it
}

} // namespace
} // namespace blockspin
